"""Many different identities from one address within a minute: a pile of tokens."""

from math import log

from federation.signals.cases import allowed, history
from federation.signals.memory import Memory
from federation.signals.observation import digest
from federation.signals.pace import HOUR, MINUTE
from federation.signals.signal import Case, Definition, Finding, Sight, Step

BITS = 256
"""Of a minute's set (linear counting: Whang and others, 1990)."""
LEAST = 25
TIMES_TOP = 2.5
FIRST = 70


def look(memory: Memory, sight: Sight) -> Finding | None:
    """Different ones of this minute and the one before; the address's busiest hour is what it is compared with."""
    minute = sight.now // MINUTE
    if minute < memory.crowd_minute:
        return None
    if minute > memory.crowd_minute:
        memory.crowd_before = memory.crowd if minute == memory.crowd_minute + 1 else b""
        memory.crowd, memory.crowd_minute = bytes(BITS // 8), minute
    before = memory.crowd
    memory.crowd = _with(before, f"{sight.seen.issuer} {sight.seen.subject}")
    return None if memory.crowd == before else _compared(memory, sight, _count(memory.crowd, memory.crowd_before))


def _compared(memory: Memory, sight: Sight, different: int) -> Finding | None:
    pace = memory.pace
    pace.turn(sight.now // HOUR, max(LEAST, pace.top))
    pace.peak = max(pace.peak, different)
    score = pace.excess(different, LEAST, TIMES_TOP, FIRST)
    if score is None:
        return None
    return Finding(score, {"different_in_a_minute": different, "most_before": round(pace.top)})


def _with(bits: bytes, who: str) -> bytes:
    place = int.from_bytes(digest(who)) % BITS
    changed = bytearray(bits)
    changed[place // 8] |= 1 << place % 8
    return bytes(changed)


def _count(*sets: bytes) -> int:
    """How many different ones are in any of them, nearly."""
    united = 0
    for one in sets:
        united |= int.from_bytes(one)
    empty = BITS - united.bit_count()
    return round(BITS * log(BITS / max(1, empty)))


def _many(count: int, every: float) -> tuple[Step, ...]:
    return tuple(Step(allowed(principal=f"p{number}", subject=f"s{number}"), after=every) for number in range(count))


OFFICE = tuple(step for _ in range(12) for step in (Step(allowed(), after=2 * HOUR), *_many(20, 1.0)))

SIGNAL = Definition(
    name="crowd",
    title="Many different identities from one address within a minute",
    of=frozenset({"address"}),
    severity="high",
    look=look,
    runbook="signals.md#crowd",
    raises=False,
    cases=(
        Case("forty in half a minute", _many(40, 0.7), 70),
        Case("one of them forty times", (*history(), Step(allowed(subject="s"), times=40, every=0.7)), 0),
        Case("forty in two hours", _many(40, 180.0), 0),
        Case(
            "forty where there are twenty every other hour",
            (*OFFICE, Step(allowed(), after=2 * HOUR), *_many(40, 1.0)),
            0,
        ),
    ),
)
