"""A circuit breaker: whoever keeps failing is left alone for a while (fault F20)."""

from math import inf

from msgspec import Struct

THRESHOLD = 5
"""Failures in a row."""
OPEN = 30
"""Seconds for which nobody asks then. Afterwards one attempt decides."""


class Circuit(Struct, frozen=True):
    """What is known of one issuer's failures. Times: seconds since the epoch."""

    failures: int = 0
    failed_at: float = -inf

    def allows(self, now: float) -> bool:
        """Whether an attempt may be made."""
        return self.failures < THRESHOLD or not 0 <= now - self.failed_at < OPEN

    def failed(self, now: float) -> "Circuit":
        """After one more failure; a success closes it."""
        return Circuit(self.failures + 1, now)


CLOSED = Circuit()
"""Nothing has failed lately."""
