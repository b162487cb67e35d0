"""One thread that fetches again what is in use, before it is no longer fresh."""

from collections.abc import Callable, Iterable
from threading import Event, Lock, Thread
from time import monotonic
from typing import Protocol

IDLE = 60.0
"""Seconds without a request after which the thread ends; the next request starts another."""
_LONGEST = 60.0
"""Seconds: clocks may be set meanwhile."""


class Renewable(Protocol):
    """A document that is in use."""

    used: bool
    """Set by requests."""

    def due_at(self) -> float:
        """Seconds since the epoch."""

    def renew(self) -> None:
        """Fetch it again."""


class Renewal:
    """Looks after the documents of one verifier."""

    def __init__(self, documents: Callable[[], Iterable[Renewable]], now: Callable[[], float]) -> None:
        self._documents = documents
        self._now = now
        self._ended = False
        self._wake = Event()
        self._thread: Thread | None = None
        self._lock = Lock()

    def keep_on(self) -> None:
        """Run, if it does not yet."""
        if self._thread is None and not self._ended:
            with self._lock:
                if self._thread is None:
                    self._thread = Thread(target=self._run, daemon=True, name="fedbridge-renewal")
                    self._thread.start()

    def look_again(self) -> None:
        """There is another document."""
        self._wake.set()

    def end(self) -> None:
        """Run no more."""
        self._ended = True
        self._wake.set()

    def _run(self) -> None:
        used_at: dict[int, float] = {}
        while (due := self._due(used_at)) is not None:
            self._wake.wait(min(_LONGEST, max(0.0, due - self._now())))
            self._wake.clear()
            if self._ended:
                return
            for document in self._documents():
                if id(document) in used_at and document.due_at() <= self._now():
                    document.renew()

    def _due(self, used_at: dict[int, float]) -> float | None:
        """When the next one is; None: nothing is in use any more, and the thread ends."""
        documents, at = tuple(self._documents()), monotonic()
        for document in documents:
            if document.used:
                document.used = False
                used_at[id(document)] = at
        live = {id(each): each for each in documents}
        for name in [name for name, last in used_at.items() if name not in live or at - last > IDLE]:
            del used_at[name]
        if used_at:
            return min(live[name].due_at() for name in used_at)
        with self._lock:
            self._thread = None
        return None
