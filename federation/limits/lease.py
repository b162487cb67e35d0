"""One process's part of a key's allowance: taken from the shared bucket a few at a time, and spent here."""

from federation.model.trust import RateLimit

SHARE = 20
"""A lease is at most this part of a second's allowance (5 %), so that few writes serve a hot key."""
BURST_SHARE = 50
"""Or this part of the burst, where that is more."""
AIM = 0.5
"""Seconds that a lease should last: who asks seldom leases little."""
LASTS = 1.0
"""Seconds after which what was not spent is lost, so that idle processes hold nothing."""
KEPT_FOR = 60.0
"""Seconds after which the few that a quiet process may keep are lost too."""
MOST_KEPT = 8
FIRST_SILENCE = 0.1
LONGEST_SILENCE = 1.0
"""Seconds without a further call after a refusal; they double while others are quicker."""


def kept_by_each(limit: RateLimit, processes: int) -> int:
    """How many a process may keep for `KEPT_FOR`: all together a tenth of the burst, in a rollout with twice as many.

    `processes`: how many there can be at most; 0: it is not known, and none may.
    """
    return min(MOST_KEPT, limit.burst // (20 * processes)) if processes else 0


class Lease:
    """Callers hold a lock. `now`: seconds since the epoch; a clock that was set back makes nothing last longer."""

    __slots__ = (
        *("_kept", "_left", "_limit", "_most", "_refusals", "_refused_at"),
        *("_silence", "_size", "_taken", "_taken_at"),
    )

    def __init__(self, limit: RateLimit, kept: int = 0) -> None:
        """`kept`: how many may be spent after `LASTS`, until `KEPT_FOR`."""
        self._limit = limit
        self._kept = kept
        self._most = min(limit.burst, max(1, limit.per_second // SHARE, limit.burst // BURST_SHARE))
        self._size = 1
        self._taken = 0
        self._taken_at = 0.0
        self._left = 0
        self._refusals = 0
        self._refused_at = 0.0
        self._silence = 0.0

    def has(self, now: float) -> bool:
        """Whether there is something left to spend."""
        return self._held(now) > 0

    def spend(self, now: float) -> None:
        """One of what is left."""
        self._left = self._held(now) - 1

    def give_back(self) -> None:
        """What was spent on a request that was refused after all."""
        self._left += 1

    def wait(self, now: float) -> float:
        """Seconds until it is worth asking again; 0.0: now."""
        left = self._refused_at + self._silence - now
        return left if not self.has(now) and 0 < left <= self._silence else 0.0

    def wanted(self, now: float) -> int:
        """How many to take: what lasts `AIM` seconds at the pace of the last lease, at most twice as many."""
        held = max(now - self._taken_at, 0.001)
        pace = (self._taken - self._left) / min(held, LASTS) if self._left else self._taken / held
        return max(1, min(self._most, self._size * 2, int(pace * AIM))) if self._taken else 1

    def welcome(self, wanted: int) -> int:
        """How many more to take beside so many, to be kept; none where the bucket was found empty lately."""
        return 0 if self._refusals else max(0, 1 + self._kept - wanted)

    def granted(self, taken: int, now: float) -> None:
        """They were taken."""
        self._left = taken + self._held(now)
        self._taken = taken
        self._taken_at = now
        self._size = max(self._size // 2, taken)
        self._refusals = max(0, self._refusals - 1)
        self._silence = 0.0

    def refused(self, wait: float, now: float) -> None:
        """The bucket has what was wanted in `wait` seconds, if no other process takes it."""
        half_full = self._limit.burst / self._limit.per_second / 2
        grown = min(FIRST_SILENCE * 2.0**self._refusals, LONGEST_SILENCE, half_full)
        self._refusals = min(self._refusals + 1, 10)
        self._refused_at = now
        self._silence = max(wait, grown)

    def _held(self, now: float) -> int:
        if self._taken_at <= now < self._taken_at + LASTS:
            return self._left
        return min(self._left, self._kept) if self._taken_at <= now < self._taken_at + KEPT_FOR else 0
