"""Proofs that were used: each is accepted once (RFC 9449 section 11.1)."""

from collections.abc import Callable
from typing import Protocol

from federation.resource_server.forks import ForkLock

MAX_REMEMBERED = 100_000
"""Proofs at once; what comes beyond is refused, so that nothing is forgotten before its time."""
_SWEPT = 60.0
"""Seconds between two sweeps."""


class Replays(Protocol):
    """Remembers used proofs. A service of several processes gives one that they share."""

    def claim(self, name: str, until: float) -> bool:
        """Whether this is the first use of that name; remembered until then, in seconds since the epoch.

        Of two calls at once for one name, at most one is answered True. The request is refused, by 503, if it raises.
        """


class Full(Exception):
    """As many proofs as are remembered at once are still good."""


class RememberedProofs:
    """In this process."""

    def __init__(self, now: Callable[[], float], most: int = MAX_REMEMBERED) -> None:
        self._now = now
        self._most = most
        self._seen: dict[str, float] = {}
        self._swept_at = float("-inf")
        self._lock = ForkLock()

    def claim(self, name: str, until: float) -> bool:
        """Remembered as long as the proof is good; raises Full rather than forget one."""
        with self._lock:
            now = self._now()
            if len(self._seen) >= self._most or not 0 <= now - self._swept_at < _SWEPT:
                self._seen = {seen: end for seen, end in self._seen.items() if end >= now}
                self._swept_at = now
            if name in self._seen:
                return False
            if len(self._seen) >= self._most:
                raise Full
            self._seen[name] = until
            return True
