"""Many processes that share one limit, and callers who come to one of them at random."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from federation.limits.limiter import Limited, Limiter
from federation.model.trust import RateLimit
from federation.oauth.errors import TooManyRequests
from tests.support.fake_allowances import FakeAllowances
from tests.support.fake_clock import FixedClock

NOW = 1_800_000_000.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the requests."""

    asked: int
    admitted: int
    takes: int
    """Calls to the shared store."""


def simulate(limit: RateLimit, weights: Sequence[float], load: float, seconds: int) -> Outcome:
    """`load` times the limit's pace; a process gets requests by its weight."""
    random = Random(7)  # noqa: S311 - a simulation
    clock = FixedClock(NOW)
    allowances = FakeAllowances(clock)
    processes = [Limiter(allowances, clock) for _ in weights]
    asked = admitted = 0
    while clock.at < NOW + seconds:
        (process,) = random.choices(processes, weights)
        asked += 1
        admitted += is_admitted(process, Limited(("client", "a"), limit))
        clock.advance(random.expovariate(load * limit.per_second))
    return Outcome(asked, admitted, len(allowances.takes))


def is_admitted(process: Limiter, *wanted: Limited) -> bool:
    """Whether a request is."""
    try:
        process.admit(wanted)
    except TooManyRequests:
        return False
    return True
