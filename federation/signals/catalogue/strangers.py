"""Refusals of requests in which nobody is proven: whoever sends them, only the address is known."""

from math import log2

from federation.signals.cases import HOUR, refused, stranger
from federation.signals.memory import Memory
from federation.signals.pace import Pace
from federation.signals.signal import Case, Definition, Finding, Sight, Step

LEAST = 60
TIMES_TOP = 3.0
FIRST = 60
PACE = "strangers"


def look(memory: Memory, sight: Sight) -> Finding | None:
    """By the minute, against the address's busiest hour."""
    pace = memory.paces.setdefault(PACE, Pace())
    in_a_minute, _ = pace.add(sight.now, max(LEAST, pace.top))
    limit = max(float(LEAST), TIMES_TOP * pace.top)
    if in_a_minute < limit:
        return None
    score = min(100, int(FIRST + 10 * log2(in_a_minute / limit)))
    return Finding(score, {"in_a_minute": in_a_minute, "most_before": round(pace.top), "last": sight.seen.reason})


SIGNAL = Definition(
    name="strangers",
    title="Many refusals of requests without a proven subject, from one address",
    of=frozenset({"address"}),
    severity="medium",
    look=look,
    runbook="signals.md#strangers",
    strangers=True,
    raises=False,
    cases=(
        Case("two hundred in twenty seconds", (Step(stranger("bad_signature"), times=200, every=0.1),), 70),
        Case("sixty in ten minutes", (Step(stranger("bad_signature"), times=60, every=10),), 0),
        Case("of somebody who is proven", (Step(refused("no_mapping"), times=200, every=0.1),), 0),
        Case(
            "as many as every hour",
            tuple(Step(stranger("untrusted_issuer"), times=50, every=0.1, after=HOUR) for _ in range(10)),
            0,
        ),
    ),
)
