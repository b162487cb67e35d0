"""A value that expires, kept good by one flight at a time: looked at by many threads, fetched by one."""

import logging
import os
import random
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar
from weakref import WeakSet

from msgspec import Struct

from federation.client.errors import Refused, Unreachable
from federation.later import module_later

if TYPE_CHECKING:
    import asyncio
else:
    asyncio = module_later("asyncio")

MARGIN: Final = 60.0
"""Seconds before its end from when on a value is refreshed behind its users' backs; half its life if that is less."""
WAIT: Final = 60.0
"""Seconds that a caller waits for a flight, at most."""
_SPACE, _WIDEST = 1.0, 60.0
"""Seconds between two flights that fail: the first space, which doubles, and the widest."""
_JITTER = 0.2
"""Of the margin: not every process refreshes in the same second."""

_LOG = logging.getLogger("federation.client")
_T = TypeVar("_T")


class Times(Struct, frozen=True):
    """Clocks, waiting and chance. Seconds."""

    monotonic: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time
    """Goes on while a machine sleeps, which the other may not."""
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random


class Lease(Struct, Generic[_T], frozen=True):
    """A value that is good for `lifetime` seconds from `since`, when it was asked for by the monotonic clock."""

    value: _T
    lifetime: float
    since: float


class Need(Enum):
    """Whether there must be another value."""

    NONE = 0
    SOON = 1
    """The old one serves while another is fetched."""
    NOW = 2


class _Held(Struct, Generic[_T], frozen=True):
    value: _T
    soon: float
    end: float
    wall_end: float


class Refreshing(Generic[_T]):
    """Gives the value that `fetch` yields, and another before it ends."""

    def __init__(self, fetch: Callable[[], Lease[_T]], *, margin: float = MARGIN, times: Times | None = None) -> None:
        self._fetch = fetch
        self._margin = margin
        self._times = times or Times()
        self._held: _Held[_T] | None = None
        self._lock = threading.Lock()
        self._flight: Future[_T] | None = None
        self._failure: BaseException | None = None
        self._failures = 0
        self._not_before = 0.0
        _ALL.add(self)

    def get(self, wait: float = WAIT) -> _T:
        """The value; raises what `fetch` raised, and Unreachable if it takes longer than `wait` seconds."""
        held = self._held
        if held is not None and self._need(held) is Need.NONE:
            return held.value
        ready = self._ready()
        if not isinstance(ready, Future):
            return ready
        try:
            return ready.result(wait)
        except TimeoutError:
            raise _too_late(wait) from None

    async def get_async(self, wait: float = WAIT) -> _T:
        """The same without holding up the event loop. Cancelling it leaves the flight to the others who wait."""
        held = self._held
        if held is not None and self._need(held) is Need.NONE:
            return held.value
        ready = self._ready()
        if not isinstance(ready, Future):
            return ready
        try:
            return await asyncio.wait_for(asyncio.wrap_future(ready), wait)
        except TimeoutError:
            raise _too_late(wait) from None

    def discard(self, value: _T) -> None:
        """Fetch another at the next `get`, unless that has happened: this one was refused where it was shown."""
        with self._lock:
            if self._held is not None and self._held.value is value:
                self._held = None

    def _need(self, held: _Held[_T]) -> Need:
        now = self._times.monotonic()
        if now >= held.end or self._times.wall() >= held.wall_end:
            return Need.NOW
        return Need.SOON if now >= held.soon else Need.NONE

    def _ready(self) -> "_T | Future[_T]":
        """The value, or the flight that will bring it; raises the error of a flight that has just failed."""
        with self._lock:
            held = self._held  # the last holder of the lock may have landed
            need = Need.NOW if held is None else self._need(held)
            waiting = self._times.monotonic() < self._not_before
            if held is not None and need is not Need.NOW:
                if need is Need.SOON and self._flight is None and not waiting:
                    self._take_off()
                return held.value
            if self._flight is None and waiting and self._failure is not None:
                raise self._failure.with_traceback(None)
            return self._flight or self._take_off()

    def _take_off(self) -> "Future[_T]":
        flight: Future[_T] = Future()
        flight.set_running_or_notify_cancel()  # from here on, a waiter that gives up does not cancel it for the others
        self._flight = flight
        threading.Thread(target=self._fly, args=(flight,), daemon=True, name="federation-refresh").start()
        return flight

    def _fly(self, flight: "Future[_T]") -> None:
        try:
            lease = self._fetch()
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._failed(flight, bare(error))
        else:
            self._landed(flight, lease)

    def _landed(self, flight: "Future[_T]", lease: Lease[_T]) -> None:
        margin = min(self._margin, lease.lifetime / 2) * (1 - _JITTER * self._times.random())
        end = lease.since + lease.lifetime
        wall_end = self._times.wall() + end - self._times.monotonic()
        with self._lock:
            self._held = _Held(lease.value, end - margin, end, wall_end)
            self._flight, self._failure, self._failures, self._not_before = None, None, 0, 0.0
        flight.set_result(lease.value)

    def _failed(self, flight: "Future[_T]", error: BaseException) -> None:
        with self._lock:
            space = min(_SPACE * 2**self._failures, _WIDEST)
            asked = error.retry_after if isinstance(error, Refused) else None
            self._failures = min(self._failures + 1, 10)
            self._not_before = self._times.monotonic() + max(space, asked or 0.0)
            self._flight, self._failure = None, error
            good = self._held is not None and self._need(self._held) is not Need.NOW
        if good:
            _LOG.warning("a token could not be refreshed ahead; the old one serves until its end: %s", error)
        flight.set_exception(error)

    def after_fork(self) -> None:
        """In a child process no thread of the parent's lands, and none gives a lock back."""
        self._lock = threading.Lock()
        self._flight = None


def _too_late(wait: float) -> Unreachable:
    return Unreachable(f"there was no token within {wait:.0f} s", "see what its source and the bridge do")


def bare(error: BaseException) -> BaseException:
    """Without the frames behind it, whose variables hold tokens: error reporters send them along."""
    error.__traceback__ = error.__cause__ = error.__context__ = None
    if isinstance(error, OSError):
        untrusted = isinstance(error, ssl.SSLCertVerificationError)
        next_ = "name its authority by SSL_CERT_FILE" if untrusted else "check its URL and the network"
        return Unreachable(f"no answer from the bridge: {type(error).__name__}", next_)
    return error


_ALL: "WeakSet[Refreshing[Any]]" = WeakSet()


def _after_fork() -> None:
    for one in list(_ALL):
        one.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
