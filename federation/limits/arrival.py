"""A token bucket as one number: when the next request would arrive if all came at the limit's pace (GCRA).

That time lies in the past for a full bucket, and at most as far ahead of now as an empty one takes to fill. One number
means one conditional write. It counts in ticks, a millionth of what refills one token, so that nothing is ever rounded.
"""

from msgspec import Struct

from federation.model.trust import RateLimit

MICROSECONDS = 1_000_000
TOLERATED = 60.0
"""Seconds that the clocks of two processes may differ. Whose is further ahead locks the others out for as long."""


class Taking(Struct, frozen=True):
    """An attempt to take `wanted` of what `limit` allows, `at` seconds since the epoch."""

    limit: RateLimit
    wanted: int
    at: float

    def __post_init__(self) -> None:
        if not 1 <= self.wanted <= self.limit.burst:
            raise ValueError("a bucket never has what is wanted")

    @property
    def now(self) -> int:
        """Ticks since the epoch."""
        return int(self.at * MICROSECONDS) * self.limit.per_second

    @property
    def cost(self) -> int:
        """Ticks until what is wanted has been refilled."""
        return self.wanted * MICROSECONDS

    @property
    def latest(self) -> int:
        """The arrival time, in ticks, beyond which the bucket has less than is wanted."""
        return self.empty - self.cost

    @property
    def empty(self) -> int:
        """The arrival time, in ticks, of a bucket that has nothing: by this clock there is no later one."""
        return self.now + self.limit.burst * MICROSECONDS

    @property
    def impossible(self) -> int:
        """The arrival time, in ticks, beyond which the writer's clock was wrong."""
        return self.empty + int(TOLERATED * MICROSECONDS) * self.limit.per_second

    def taken(self, arrival: int) -> int:
        """The arrival time after the taking."""
        return max(arrival, self.now) + self.cost

    def wait(self, arrival: int) -> float:
        """Seconds until the bucket has what is wanted; 0.0: it is there."""
        return max(0, arrival - self.latest) / (MICROSECONDS * self.limit.per_second)
