"""Far more requests in a minute than the identity ever makes, or than it makes at this hour."""

from federation.signals.cases import allowed, days_of, history
from federation.signals.memory import DAY, Memory
from federation.signals.pace import HOUR
from federation.signals.signal import Case, Definition, Finding, Sight, Step

LEAST = 45
"""Requests in a minute: fewer are no surge."""
TIMES_TOP = 1.75
TIMES_SEASON = 8.0
SEASONED = 14 * DAY
UNUSUAL_HOUR = 50
FIRST = 70


def look(memory: Memory, sight: Sight) -> Finding | None:
    """The busiest minute it ever had and the usual one at this hour of the week are what it is compared with."""
    hour = memory.pace.hour
    in_a_minute, ended = memory.pace.add(sight.now, max(LEAST, memory.pace.top))
    for ended_hour, busiest in ended:
        memory.season.learn(ended_hour, busiest)
        memory.season.skip(ended_hour + 1, sight.now // HOUR)
    if in_a_minute < LEAST or not sight.established or not hour:
        return None
    return _surge(memory, in_a_minute) or _unusual_hour(memory, sight, in_a_minute)


def _surge(memory: Memory, in_a_minute: int) -> Finding | None:
    score = memory.pace.excess(in_a_minute, LEAST, TIMES_TOP, FIRST)
    if score is None:
        return None
    return Finding(score, {"in_a_minute": in_a_minute, "busiest_minute_before": round(memory.pace.top)})


def _unusual_hour(memory: Memory, sight: Sight, in_a_minute: int) -> Finding | None:
    expected = memory.season.expected(sight.now // HOUR)
    if sight.now - memory.first < SEASONED or in_a_minute < TIMES_SEASON * max(1.0, expected):
        return None
    return Finding(UNUSUAL_HOUR, {"in_a_minute": in_a_minute, "usual_at_this_hour": round(expected, 1)})


SIGNAL = Definition(
    name="surge",
    title="Far more requests in a minute than ever, or than at this hour",
    of=frozenset({"principal", "client", "issuer", "tenant"}),
    severity="high",
    look=look,
    runbook="signals.md#surge",
    cases=(
        Case("ninety times its busiest minute", (*history(), Step(allowed(), times=100, every=0.5)), 80),
        Case("as busy as ever", (*history(), Step(allowed(), times=20, every=2.0)), 0),
        Case("a newcomer may be busy", (Step(allowed(), times=200, every=0.2),), 0),
        Case(
            "fifty in a minute on a Sunday night, by who is that busy on weekday noons alone",
            (*days_of(20, noon=50), Step(allowed(), times=50, every=1.0, after=15 * HOUR)),
            50,
        ),
    ),
)
