"""A bounded number of values that age."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

from msgspec import Struct

from federation.ports import Clock

_T = TypeVar("_T")


class _Entry(Struct, Generic[_T], frozen=True):
    value: _T
    fresh_from: float
    fresh_until: float


class BoundedCache(Generic[_T]):
    """At most `limit` values; the one that was asked for longest ago makes room (ATTACKS Q4)."""

    def __init__(self, clock: Clock, limit: int) -> None:
        self._clock = clock
        self._limit = limit
        self._lock = Lock()
        self._entries: OrderedDict[Hashable, _Entry[_T]] = OrderedDict()
        self.generation = 0
        """Grows when everything is forgotten; read it before loading what is put."""

    def get(self, key: Hashable) -> _T | None:
        """None: not there, or too old."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None or not entry.fresh_from <= self._clock.now() < entry.fresh_until:
                return None
            self._entries.move_to_end(key)
            return entry.value

    def put(self, key: Hashable, value: _T, ttl: float, generation: int) -> None:
        """Keep `value` for `ttl` seconds, unless everything was forgotten while it was on its way."""
        with self._lock:
            if generation != self.generation:
                return
            now = self._clock.now()
            self._entries[key] = _Entry(value, now, now + ttl)
            self._entries.move_to_end(key)
            if len(self._entries) > self._limit:
                self._entries.popitem(last=False)

    def forget(self) -> None:
        """Drop everything."""
        with self._lock:
            self.generation += 1
            self._entries.clear()
