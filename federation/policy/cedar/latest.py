"""A value made from another one, and made again only when that is another object."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

_Source = TypeVar("_Source")
_Made = TypeVar("_Made")


@dataclass(slots=True)
class Latest(Generic[_Source, _Made]):
    """Directories give the same tuple object until something changed; what is made of it is kept as long.

    Threads may share it: at worst two of them make the same.
    """

    make: Callable[[_Source], _Made]
    _kept: tuple[_Source, _Made] | None = field(default=None, init=False)

    def of(self, source: _Source) -> _Made:
        """What `make` makes of `source`; raises what that raises, and then tries again next time."""
        kept = self._kept
        if kept is None or kept[0] is not source:
            self._kept = kept = (source, self.make(source))
        return kept[1]
