"""Rate limits for every process, in memory: a bucket that is counted in fractions."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from threading import Lock

from federation.model.trust import RateLimit
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Clock


@dataclass(slots=True)
class Bucket:
    """What was in it at that time."""

    tokens: Fraction
    at: Fraction


class FakeAllowances:
    """Counts `takes`; `failing`: cannot be reached."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._buckets: dict[tuple[tuple[str, ...], int], Bucket] = {}
        self.takes: list[tuple[str, ...]] = []
        self.failing = False

    def take(self, key: tuple[str, ...], limit: RateLimit, wanted: int) -> float:
        if not 1 <= wanted <= limit.burst:
            raise ValueError("a bucket never has what is wanted")
        with self._lock:
            self.takes.append(key)
            if self.failing:
                raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "allowances")
            bucket = self._filled(key, limit)
            if bucket.tokens < wanted:
                return float((wanted - bucket.tokens) / limit.per_second)
            bucket.tokens -= wanted
            return 0.0

    def start_take(self, key: tuple[str, ...], limit: RateLimit, wanted: int) -> Callable[[], float]:
        return partial(self.take, key, limit, wanted)

    def _filled(self, key: tuple[str, ...], limit: RateLimit) -> Bucket:
        now = Fraction(int(self._clock.now() * 1_000_000), 1_000_000)
        bucket = self._buckets.setdefault((key, limit.per_second), Bucket(Fraction(limit.burst), now))
        grown = max(Fraction(0), now - bucket.at) * limit.per_second
        bucket.tokens = min(Fraction(limit.burst), bucket.tokens + grown)
        bucket.at = max(bucket.at, now)
        return bucket
