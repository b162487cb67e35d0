"""What EventBridge does on a laptop: calls a function again and again, in a thread of its own."""

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self

_LOG = logging.getLogger("federation.local.schedule")


class Schedule(AbstractContextManager["Schedule"]):
    """Calls `function` at once and every `seconds` while entered; what it raises is logged, and the next call comes.

    `at_once` false: the first call comes after `seconds` too. `enabled`: as a rule of EventBridge is.
    """

    enabled = True

    def __init__(self, name: str, function: Callable[[], object], seconds: float, *, at_once: bool = True) -> None:
        self._function = function
        self._seconds = seconds
        self._first = 0.0 if at_once else seconds
        self._stopped = Event()
        self._calling = Lock()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Returns when the last call has ended, so that none comes after what it calls is gone."""
        self._stopped.set()
        self._thread.join()

    def disable(self) -> None:
        """Returns when a call that has begun is over; none follows until `enable`."""
        with self._calling:
            self.enabled = False

    def enable(self) -> None:
        """Calls go on."""
        self.enabled = True

    def _run(self) -> None:
        wait = self._first
        while not self._stopped.wait(wait):
            with self._calling:
                if self.enabled:
                    self._call()
            wait = self._seconds

    def _call(self) -> None:
        try:
            self._function()
        except Exception:  # noqa: BLE001 - whatever a function raises, the schedule goes on
            _LOG.exception("%s failed", self._thread.name)
