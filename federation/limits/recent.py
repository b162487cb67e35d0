"""A bounded number of things that are in use."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class Recent(Generic[_K, _V]):
    """At most `limit` values; the one that was used longest ago makes room (ATTACKS Q4). Callers hold a lock."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[_K, _V] = OrderedDict()

    def get(self, key: _K, new: Callable[[], _V]) -> _V:
        """What is kept under `key`, or what `new` makes, which is kept then."""
        value = self._values.pop(key) if key in self._values else new()
        self.put(key, value)
        return value

    def put(self, key: _K, value: _V) -> None:
        """Keep it as the one that was used last."""
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._limit:
            self._values.popitem(last=False)

    def __len__(self) -> int:
        return len(self._values)
