"""An identity that was silent for months speaks."""

from federation.signals.cases import DAY, HOUR, allowed, history
from federation.signals.memory import Memory
from federation.signals.signal import Case, Definition, Finding, Sight, Step

MONTHS = 60
"""Days."""
USUAL = 1.5
"""Times its longest silence so far: a job that runs once a quarter is none of these."""
LEAST = 10
"""Records before: who was hardly there was not silent."""
SCORE = 75


def look(memory: Memory, sight: Sight) -> Finding | None:
    """By what was seen of it last."""
    days = (sight.now - memory.last) // DAY if memory.last else 0
    longest, memory.longest = memory.longest, max(memory.longest, days)
    if days < max(MONTHS, USUAL * longest) or memory.seen <= LEAST:
        return None
    return Finding(SCORE, {"silent_days": days, "longest_before": longest})


QUARTERLY = (
    Step(allowed(), times=4, every=HOUR),
    *(Step(allowed(), times=4, every=60, after=91 * DAY) for _ in range(4)),
)

SIGNAL = Definition(
    name="awakened",
    title="It speaks after months of silence",
    of=frozenset({"principal", "client"}),
    severity="medium",
    look=look,
    runbook="signals.md#awakened",
    cases=(
        Case("after eighty days", (*history(), Step(allowed(), after=80 * DAY)), 75),
        Case("after a month", (*history(), Step(allowed(), after=30 * DAY)), 0),
        Case("as every quarter", (*QUARTERLY, Step(allowed(), after=91 * DAY)), 0),
        Case("who was hardly there", (Step(allowed(), times=3), Step(allowed(), after=80 * DAY)), 0),
    ),
)
