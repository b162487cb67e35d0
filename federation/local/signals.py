"""Signals on a laptop: the real function behind the audit table's stream and the functions' log."""

import gzip
import json
from base64 import b64encode
from collections import deque
from collections.abc import Mapping
from typing import Any, TextIO

from federation.local.embedded_services import embedded_services
from federation.local.functions import Runtime
from federation.local.routes import FunctionTarget
from federation.local.stream import StreamReader
from federation.model.signals import Signal
from federation.settings import Settings
from federation.signals.notice import message
from federation.system import RandomIdentifiers, SystemClock
from functions import signals

TARGET = FunctionTarget("SignalsFunction", "functions.signals", timeout=60, memory=512)
MAX_LINES = 10_000
"""Lines of the log that wait; the oldest is lost where the function fails for so long."""


class PrintedSignals:
    """SignalNotice on a stream: one JSON line for each, under `signal_rang`."""

    def __init__(self, stream: TextIO, bridge: str) -> None:
        """`bridge`: our URL."""
        self._stream = stream
        self._bridge = bridge

    def rang(self, signal: Signal) -> None:
        """Flushed at once, so that a person who watches sees it."""
        self._stream.write(json.dumps({"signal_rang": message(signal, self._bridge)}) + "\n")
        self._stream.flush()


class LocalSignals:
    """In the place of the log's subscription and the stream's event source: a look each time it is called."""

    def __init__(self, settings: Settings, environment: Mapping[str, str], log: TextIO) -> None:
        notice = PrintedSignals(log, settings.issuer)
        handler = signals.build_on(environment, embedded_services(), notice)
        self._runtime = Runtime({TARGET.name: handler}, SystemClock(), RandomIdentifiers())
        self._reader = StreamReader(settings.audit_table, self._invoke)
        self._lines = deque[str](maxlen=MAX_LINES)

    def hear(self, line: str) -> None:
        """A line of the log with a refusal."""
        self._lines.append(line)

    def __call__(self) -> None:
        """Raises what the function raises; what it failed at is told again."""
        waiting = list(self._lines)
        if waiting:
            self._invoke(log_event(waiting))
            for _ in waiting:
                self._lines.popleft()
        self._reader()

    def _invoke(self, event: Mapping[str, Any]) -> object:
        return self._runtime.invoke(TARGET, dict(event))


def log_event(lines: list[str]) -> dict[str, Any]:
    """As a subscription of CloudWatch Logs tells it."""
    told = {"messageType": "DATA_MESSAGE", "logEvents": [{"message": line} for line in lines]}
    return {"awslogs": {"data": b64encode(gzip.compress(json.dumps(told).encode())).decode("ascii")}}
