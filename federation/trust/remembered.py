"""A bounded number of values, each of which holds as long as the documents that it is made of are the same."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from collections.abc import Mapping as ReadOnly
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

from federation.model.trust import DocumentRef
from federation.trust.versions import KnownVersions

_T = TypeVar("_T")


class _Entry(NamedTuple, Generic[_T]):
    value: _T
    rests_on: ReadOnly[DocumentRef, int]


class Remembered(Generic[_T]):
    """At most `limit`; the one that was asked for longest ago makes room (ATTACKS Q4). Safe to share.

    `touches`: whether a request rests on what its values rest on, so that its commit looks at that again.
    """

    def __init__(self, versions: KnownVersions, limit: int, *, touches: bool = True) -> None:
        self._versions = versions
        self._touches = touches
        self._limit = limit
        self._lock = Lock()
        self._entries: OrderedDict[Hashable, _Entry[_T]] = OrderedDict()

    def get(self, key: Hashable) -> _T | None:
        """None: it is not there, or what it rests on moved. Raises TemporarilyUnavailable if that cannot be known."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
        if entry is None or not self._versions.still(entry.rests_on, touches=self._touches):
            return None
        return entry.value

    def put(self, key: Hashable, value: _T, rests_on: ReadOnly[DocumentRef, int]) -> None:
        """`rests_on`: versions that the documents had at most when the value was read."""
        with self._lock:
            self._entries[key] = _Entry(value, rests_on)
            self._entries.move_to_end(key)
            if len(self._entries) > self._limit:
                self._entries.popitem(last=False)

    def forget(self) -> None:
        """Drop everything."""
        self.discard(lambda _: True)

    def discard(self, is_behind: Callable[[_T], bool]) -> None:
        """Drop every value of which that is so."""
        with self._lock:
            for key in [key for key, entry in self._entries.items() if is_behind(entry.value)]:
                del self._entries[key]
