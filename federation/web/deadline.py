"""One limit of time over everything that a fetch does, however slowly the other side drips."""

import io
import socket
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_T = TypeVar("_T")


class Deadline:
    """A moment after which nothing is waited for."""

    def __init__(self, seconds: float, clock: Callable[[], float] = monotonic) -> None:
        """`clock`: seconds, never going back."""
        self._clock = clock
        self._end = clock() + seconds

    def remaining(self) -> float:
        """Seconds, more than 0; raises TimeoutError once they are up."""
        remaining = self._end - self._clock()
        if remaining <= 0:
            raise TimeoutError
        return remaining

    def bound(self, work: Callable[[], _T]) -> _T:
        """What `work` returns or raises, or TimeoutError: for calls that take no timeout themselves.

        Such a call goes on in a thread of its own, which ends with it and never holds up the process.
        """
        future: Future[_T] = Future()
        Thread(target=_settle, args=(future, work), daemon=True).start()
        return future.result(timeout=self.remaining())


def _settle(future: Future[_T], work: Callable[[], _T]) -> None:
    try:
        future.set_result(work())
    except (OSError, ValueError) as error:
        future.set_exception(error)


class DeadlineReader(io.RawIOBase):
    """Reads from a socket; every read gets what is left of the time, so many short waits cannot add up."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._connection = connection
        self._deadline = deadline

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """RawIOBase.readinto; raises TimeoutError."""
        self._connection.settimeout(self._deadline.remaining())
        return self._connection.recv_into(buffer)
