"""What the bridge publishes, held here: requests look at it, and it is fetched again beside them.

A document is fresh; or it stands in for a newer one that cannot be had; or it is not believed any more.
"""

import os
from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import Generic, Protocol, TypeVar
from weakref import WeakSet

import msgspec

from federation.oauth.errors import OAuthError, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.resource_server.fetch import Fetch
from federation.resource_server.forks import ForkLock
from federation.resource_server.renewal import Renewable, Renewal

COOL_DOWN = 0.5
"""Seconds between two looks for a document that cannot be had: a service goes on within a second of its return."""
_NOT_TO_BE_HAD = (OSError, OAuthError, KeyError, TypeError, ValueError)
"""There is no answer, or the answer is another document."""

T = TypeVar("T")


class Held(msgspec.Struct, Generic[T], frozen=True):
    """A document as it was read. Times: seconds since the epoch."""

    value: T
    fetched_at: float
    renew_at: float
    """From then on it is fetched again; no request waits for that."""
    fresh_until: float
    usable_until: float
    """It stands in until then while no newer one can be had."""
    set_back: float = 0.0
    """Seconds by which our clock may have been set back since; beyond that it says nothing about age."""

    def is_fresh(self, now: float) -> bool:
        """Whether it may be used without a look at what is published by now."""
        return self.fetched_at - self.set_back <= now < self.fresh_until

    def stands_in(self, now: float) -> bool:
        """Whether it may be used where no newer one can be had."""
        return self.fetched_at - self.set_back <= now < self.usable_until


class NotHeld(Exception):
    """The document has to be fetched first: wait for the flight, then ask again."""

    def __init__(self, flight: "Future[None]") -> None:
        super().__init__("a document of the bridge is on its way")
        self.flight = flight


class Document(Generic[T]):
    """One URL. One flight at a time fetches it; every request that needs it waits for the same one."""

    def __init__(
        self, url: str, source: "Published", read: Callable[[bytes, float, T | None], Held[T]], missing: Reason
    ) -> None:
        """`read`: the body, when it was asked for, and the value of before. `missing`: why there is no answer."""
        self.url = url
        self.used = False
        self._source = source
        self._read = read
        self._missing = missing
        self._held: Held[T] | None = None
        self._flight: Future[None] | None = None
        self._failed_at = float("-inf")
        self._error: Exception | None = None
        self._lock = ForkLock()

    def get(self) -> T:
        """The value; raises NotHeld, or TemporarilyUnavailable where it could not be had a moment ago."""
        held, now = self._held, self._source.now()
        self.used = True
        self._source.keep_renewing()
        if held is not None and held.is_fresh(now):
            return held.value
        return self._without_fresh(held, now)

    def age(self) -> float:
        """Seconds since it was asked for, in vain or not."""
        held = self._held
        return self._source.now() - max(self._failed_at, held.fetched_at if held else float("-inf"))

    def look_again(self) -> NotHeld:
        """A newer one is needed than what is held now."""
        return NotHeld(self._start(self._held))

    def due_at(self) -> float:
        """When it is to be fetched again beside the requests."""
        if self._error is not None:
            return self._failed_at + COOL_DOWN
        return self._held.renew_at if self._held else self._source.now()

    def renew(self) -> None:
        """Fetch it again in this thread, unless another one does; a failure is kept for those who ask."""
        with self._lock:
            others = self._flight
            self._flight = flight = others or _begun()
        if others is None:
            self._fly(flight)
        wait((flight,))

    def forget_flight(self) -> None:
        """In a forked process: the thread that would end it stayed behind."""
        self._flight = None

    def _without_fresh(self, held: Held[T] | None, now: float) -> T:
        stands_in = held is not None and held.stands_in(now)
        just_failed = 0 <= now - self._failed_at < COOL_DOWN
        if not just_failed:
            flight = self._start(held)
            if not (stands_in and self._error):
                raise NotHeld(flight)
        if held is not None and stands_in:
            return held.value
        raise TemporarilyUnavailable(self._missing) from self._error

    def _start(self, seen: Held[T] | None) -> "Future[None]":
        with self._lock:
            if self._held is not seen:
                return _done()
            if self._flight is None:
                flight = _begun()
                Thread(target=self._fly, args=(flight,), daemon=True, name="fedbridge-fetch").start()
                self._flight = flight  # behind the start, which raises where a process has all the threads it may have
            return self._flight

    def _fly(self, flight: "Future[None]") -> None:
        try:
            asked_at, before = self._source.now(), self._held.value if self._held else None
            self._held, self._error = self._read(self._source.fetch(self.url), asked_at, before), None
        except _NOT_TO_BE_HAD as error:
            self._failed_at, self._error = self._source.now(), error
        except Exception as error:  # noqa: BLE001  (those who wait are to see it, whatever it is)
            self._failed_at, self._error = self._source.now(), error
            self._land()
            flight.set_exception(error)
            return
        self._land()
        flight.set_result(None)

    def _land(self) -> None:
        with self._lock:
            self._flight = None


class _Forked(Renewable, Protocol):
    def forget_flight(self) -> None:
        """See Document."""


class Published:
    """The documents of one bridge. Safe to share between threads.

    `background`: whether one thread fetches again what is in use; else requests do where it is no longer fresh.
    """

    def __init__(self, fetch: Fetch, now: Callable[[], float], *, background: bool = False) -> None:
        self.fetch = fetch
        self.now = now
        self._documents: tuple[_Forked, ...] = ()
        self._renewal = Renewal(lambda: self._documents, now) if background else None
        _EVERY.add(self)

    def hold(self, document: Document[T], instead_of: "Document[T] | None" = None) -> Document[T]:
        """Fetch it again from now on, where that is done in the background."""
        self._documents = (*(each for each in self._documents if each is not instead_of), document)
        if self._renewal is not None:
            self._renewal.look_again()
        return document

    def keep_renewing(self) -> None:
        """Something is in use."""
        if self._renewal is not None:
            self._renewal.keep_on()

    def close(self) -> None:
        """End the background thread; what is asked for after that is fetched where it is no longer fresh."""
        if self._renewal is not None:
            self._renewal.end()
            self._renewal = None

    def start_anew(self) -> None:
        """In a forked process: its threads are gone."""
        for document in self._documents:
            document.forget_flight()
        if self._renewal is not None:
            self._renewal = Renewal(lambda: self._documents, self.now)


_EVERY: "WeakSet[Published]" = WeakSet()


def _start_anew() -> None:
    for published in tuple(_EVERY):
        published.start_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)


def _begun() -> "Future[None]":
    """Running, so that no waiter can cancel it for the others."""
    flight = Future[None]()
    flight.set_running_or_notify_cancel()
    return flight


def _done() -> "Future[None]":
    flight = _begun()
    flight.set_result(None)
    return flight
