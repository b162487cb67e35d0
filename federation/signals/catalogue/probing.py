"""Refusals in a row, each for something else: a thief tries what an identity is good for."""

from federation.signals.cases import allowed, refused
from federation.signals.memory import Memory
from federation.signals.observation import digest
from federation.signals.signal import Case, Definition, Finding, Sight, Step

IN_A_ROW = 8
DIFFERENT = 4
KEPT = 8
AT_ONCE = 600
"""Seconds after which a row is over."""
STUBBORN = 50
"""Refusals of the same thing that are worth a record: it is a mistake in a loop."""
TRIES, REPEATS = 75, 40


def look(memory: Memory, sight: Sight) -> Finding | None:
    """What is allowed ends the row."""
    seen = sight.seen
    if seen.allowed or sight.now - memory.refused_at > AT_ONCE:
        memory.refused, memory.tried.digests = 0, b""
    if seen.allowed:
        return None
    memory.refused, memory.refused_at = memory.refused + 1, sight.now
    wanted = [*(seen.requested_audience or ()), *(seen.requested_scope or ())]
    memory.tried.add(digest(f"{seen.reason} {wanted}"), KEPT)
    evidence = {"refused_in_a_row": memory.refused, "different": len(memory.tried), "last": seen.reason}
    if memory.refused >= IN_A_ROW and len(memory.tried) >= DIFFERENT:
        return Finding(TRIES, evidence)
    return Finding(REPEATS, evidence) if memory.refused >= STUBBORN else None


def _tries(count: int) -> tuple[Step, ...]:
    return tuple(Step(refused("target_not_granted", requested_audience=[f"a{number}"])) for number in range(count))


SIGNAL = Definition(
    name="probing",
    title="Many refusals in a row, each for something else",
    of=frozenset({"principal", "client"}),
    severity="high",
    look=look,
    runbook="signals.md#probing",
    cases=(
        Case("eight targets, one after the other", _tries(8), 75),
        Case("six targets, and then what it is granted", (*_tries(6), Step(allowed()), *_tries(6)), 0),
        Case("the same mistake again and again", (Step(refused("scope_not_granted"), times=49),), 0),
        Case("the same mistake for ever", (Step(refused("scope_not_granted"), times=60),), 40),
        Case("a target every hour", tuple(Step(one.record, after=3600) for one in _tries(12)), 0),
    ),
)
