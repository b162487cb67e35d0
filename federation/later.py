"""What few requests need is loaded when the first of them does: every import is paid for at each cold start."""

import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from threading import RLock
from types import ModuleType
from typing import Any, TypeVar, cast

_T = TypeVar("_T")


class _Later:
    """Stands for something that is made when any of its attributes is first asked for. Safe for many threads."""

    def __init__(self, make: Callable[[], object]) -> None:
        self._make = make
        self._lock = RLock()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever it has
        """Asked for what this class lacks itself: everything that what is made has, and `_made` until it is."""
        if name == "_made":
            with self._lock:
                made = self.__dict__.get("_made") or self._make()
                self._made = made
                return made
        return getattr(self._made, name)


def later(make: Callable[[], _T]) -> _T:
    """What `make` makes, but not before it is used. Only its attributes may be asked for."""
    return cast("_T", _Later(make))


def module_later(name: str) -> Any:  # noqa: ANN401 - a module; `if TYPE_CHECKING` tells checkers which
    """The module, imported when something of it is first asked for."""
    return _Later(partial(import_module, name))


class _Part(ModuleType):
    """Stands for a module of a library until something of it is asked for."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever it has
        """Not for what every module may be asked for while others are imported."""
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


def part_later(name: str) -> None:
    """Has a module wait that a library imports with the rest of itself, and that few requests or none need."""
    sys.modules.setdefault(name, _Part(name))
