"""A value made from another one, and made again only when that is another object."""

from collections.abc import Callable
from typing import Generic, TypeVar

from msgspec import Struct

_Source = TypeVar("_Source")
_Made = TypeVar("_Made")


class Latest(Struct, Generic[_Source, _Made]):
    """Directories give the same tuple object until something changed; what is made of it is kept as long.

    Threads may share it: at worst two of them make the same.
    """

    make: Callable[[_Source], _Made]
    _kept: tuple[_Source, _Made] | None = None

    def of(self, source: _Source) -> _Made:
        """What `make` makes of `source`; raises what that raises, and then tries again next time."""
        kept = self._kept
        if kept is None or kept[0] is not source:
            self._kept = kept = (source, self.make(source))
        return kept[1]
