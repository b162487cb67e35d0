"""Locks in servers that fork: one that a thread held at that moment is free in the child, which has no such thread."""

import os
from threading import Lock
from types import TracebackType
from weakref import WeakSet


class ForkLock:
    """A `threading.Lock` that a forked process gets anew."""

    def __init__(self) -> None:
        self._lock = Lock()
        _EVERY.add(self)

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    def start_anew(self) -> None:
        """In a forked process."""
        self._lock = Lock()


_EVERY: "WeakSet[ForkLock]" = WeakSet()


def _start_anew() -> None:
    for lock in tuple(_EVERY):
        lock.start_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)
