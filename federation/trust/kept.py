"""One value, loaded again when it has aged."""

from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from msgspec import Struct

from federation.oauth.errors import TemporarilyUnavailable
from federation.ports import Clock

MAX_STALE = 1800.0
"""Seconds for which the last good value stands in while its source cannot be reached (ATTACKS F25)."""
COOL_DOWN = 5.0
"""Seconds between attempts meanwhile, so that not every request waits for a source that is down."""

_T = TypeVar("_T")


class _Loaded(Struct, Generic[_T], frozen=True):
    value: _T
    at: float


class Kept(Generic[_T]):
    """The first thread for which it is due loads it; the others wait for that."""

    def __init__(self, load: Callable[[], _T], clock: Clock, ttl: float) -> None:
        self._load = load
        self._clock = clock
        self._ttl = ttl
        self._lock = Lock()
        self._loaded: _Loaded[_T] | None = None
        self._fresh_from = self._fresh_until = 0.0

    def get(self) -> _T:
        """The very object that was loaded. Raises what the source raises if nothing good is at hand."""
        with self._lock:
            now = self._clock.now()
            if self._loaded is None:
                return self._reload(now)
            # A clock that was set back tells nothing about age: load again.
            if self._fresh_from <= now < self._fresh_until:
                return self._loaded.value
            return self._refreshed(self._loaded, now)

    def forget(self) -> None:
        """The next `get` loads."""
        with self._lock:
            self._loaded = None

    def _refreshed(self, last_good: _Loaded[_T], now: float) -> _T:
        try:
            return self._reload(now)
        except TemporarilyUnavailable:
            if not 0 <= now - last_good.at <= MAX_STALE:
                raise
            self._fresh_from, self._fresh_until = now, now + COOL_DOWN
            return last_good.value

    def _reload(self, now: float) -> _T:
        value = self._load()
        self._loaded = _Loaded(value, now)
        self._fresh_from, self._fresh_until = now, now + self._ttl
        return value
