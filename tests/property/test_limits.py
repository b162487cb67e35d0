"""However requests fall on processes and in time, no more are admitted than the limit allows."""

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.limits.limiter import Limited, Limiter
from federation.model.trust import RateLimit
from tests.support.fake_allowances import FakeAllowances
from tests.support.fake_clock import FixedClock
from tests.support.limited_processes import NOW, is_admitted

LIMITS = st.builds(RateLimit, st.integers(1, 300), st.integers(1, 300))
PAUSES = st.sampled_from([0.0, 0.0, 0.0, 0.003, 0.1, 0.5, 0.999, 1.0, 3.0])
ASKS = st.lists(st.tuples(st.integers(0, 3), PAUSES, st.integers(1, 60)), max_size=40)
SLACK = 1.0
"""Seconds for which a process may hold what it took."""


@settings(max_examples=150, deadline=None)
@given(LIMITS, ASKS)
def test_never_more_than_the_burst_and_the_refills(limit: RateLimit, asks: list[tuple[int, float, int]]) -> None:
    clock = FixedClock(NOW)
    allowances = FakeAllowances(clock)
    processes = [Limiter(allowances, clock) for _ in range(4)]
    admitted: list[float] = []
    for process, pause, times in asks:
        clock.advance(pause)
        granted = [is_admitted(processes[process], Limited(("client", "a"), limit)) for _ in range(times)]
        admitted += [clock.at] * sum(granted)
        assert len(admitted) <= limit.burst + limit.per_second * (clock.at - NOW) + 0.001
    for begin, start in enumerate(admitted):
        within = len(admitted) - begin
        assert within <= limit.burst + limit.per_second * (clock.at - start + SLACK) + 0.001


@settings(max_examples=150, deadline=None)
@given(st.builds(RateLimit, st.integers(1, 300), st.integers(80, 2000)), ASKS)
def test_what_quiet_processes_keep_is_a_tenth_of_the_burst_at_most(
    limit: RateLimit, asks: list[tuple[int, float, int]]
) -> None:
    clock = FixedClock(NOW)
    allowances = FakeAllowances(clock)
    processes = [Limiter(allowances, clock, processes=4) for _ in range(4)]
    admitted: list[float] = []
    for process, pause, times in asks:
        clock.advance(pause * 15)
        granted = [is_admitted(processes[process], Limited(("client", "a"), limit)) for _ in range(times)]
        admitted += [clock.at] * sum(granted)
        assert len(admitted) <= limit.burst + limit.per_second * (clock.at - NOW) + 0.001
    for begin, start in enumerate(admitted):
        within = len(admitted) - begin
        assert within <= 1.1 * limit.burst + limit.per_second * (clock.at - start + SLACK) + 0.001


@settings(max_examples=100, deadline=None)
@given(LIMITS, LIMITS, ASKS)
def test_a_request_counts_under_every_key_or_is_refused(
    one: RateLimit, other: RateLimit, asks: list[tuple[int, float, int]]
) -> None:
    clock = FixedClock(NOW)
    allowances = FakeAllowances(clock)
    processes = [Limiter(allowances, clock) for _ in range(4)]
    wanted = (Limited(("client", "a"), one), Limited(("issuer", "b"), other))
    admitted = 0
    for process, pause, times in asks:
        clock.advance(pause)
        admitted += sum(is_admitted(processes[process], *wanted) for _ in range(times))
        for limit in (one, other):
            assert admitted <= limit.burst + limit.per_second * (clock.at - NOW) + 0.001
