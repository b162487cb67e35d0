"""Stands between the functions and their engine, and does to chosen calls what a network or AWS may do to them.

It is a server on loopback. What it does not spoil, the engine behind it answers; nothing in the package knows of it.
"""

import json
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import ThreadingHTTPServer
from threading import Event, Thread
from time import time
from typing import TypeAlias

from tests.faults.process import FunctionsProcess
from tests.support.moto_over_http import MotoHandler

HOUR = 3600
SLOW = 1.5
"""Seconds; a client of ours has given up long before."""
FROZEN = 2.5
"""Seconds, after which all limits of time are over."""


@dataclass
class Plan:
    """What happens to which call of one run; calls are counted from 0, attempts too. Others pass."""

    faults: Mapping[int, "Fault"] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    """What was asked for, such as `kms Sign`."""
    met: set[int] = field(default_factory=set)
    over: Event = field(default_factory=Event)
    """The run has ended: no answer is waited for any longer."""
    process: FunctionsProcess | None = None
    """Of the functions, while the plan holds."""


class FaultyHandler(MotoHandler):
    """One connection."""

    server: "FaultyServer"

    def respond(self, scope: re.Match[str], body: bytes) -> None:
        plan = self.server.plan
        number = len(plan.calls)
        plan.calls.append(f"{scope['service']} {self.headers['x-amz-target'].rpartition('.')[2]}")
        fault = plan.faults.get(number)
        if fault is None:
            super().respond(scope, body)
            return
        plan.met.add(number)
        fault(self, plan, lambda: MotoHandler.respond(self, scope, body))

    def end(self) -> None:
        """Without another word."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def handle_one_request(self) -> None:
        """What a client that has given up makes of its connection is no failure of ours."""
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True


Fault: TypeAlias = Callable[[FaultyHandler, Plan, Callable[[], None]], None]
"""Given the connection, the plan, and the way to have the engine answer as usual."""


class FaultyServer(ThreadingHTTPServer):
    """`plan`: of the run that goes on."""

    daemon_threads = True
    plan = Plan()


@contextmanager
def faulty_proxy() -> Iterator[FaultyServer]:
    """In front of the moto of this process. Its URL: `url_of(server)`."""
    server = FaultyServer(("127.0.0.1", 0), FaultyHandler)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def url_of(server: FaultyServer) -> str:
    """Where the functions find it."""
    return f"http://127.0.0.1:{server.server_port}"


def _no_answer(connection: FaultyHandler, plan: Plan, _passed: Callable[[], None]) -> None:
    plan.over.wait(SLOW)
    connection.end()


def _applied_without_answer(connection: FaultyHandler, plan: Plan, passed: Callable[[], None]) -> None:
    _unsent(connection, passed)
    plan.over.wait(SLOW)
    connection.end()


def _closed(connection: FaultyHandler, _plan: Plan, _passed: Callable[[], None]) -> None:
    connection.end()


def _applied_and_closed(connection: FaultyHandler, _plan: Plan, passed: Callable[[], None]) -> None:
    _unsent(connection, passed)
    connection.end()


def _slow(_connection: FaultyHandler, plan: Plan, passed: Callable[[], None]) -> None:
    plan.over.wait(SLOW)
    passed()


def _applied_and_slow(connection: FaultyHandler, plan: Plan, passed: Callable[[], None]) -> None:
    answer = _unsent(connection, passed)
    plan.over.wait(SLOW)
    connection.wfile.write(answer)


def _truncated(connection: FaultyHandler, _plan: Plan, passed: Callable[[], None]) -> None:
    answer = _unsent(connection, passed)
    connection.wfile.write(answer[:-3])
    connection.wfile.flush()
    connection.end()


def _killed(_connection: FaultyHandler, plan: Plan, _passed: Callable[[], None]) -> None:
    _process(plan).kill()


def _applied_and_killed(connection: FaultyHandler, plan: Plan, passed: Callable[[], None]) -> None:
    _unsent(connection, passed)
    _process(plan).kill()


def _frozen(_connection: FaultyHandler, plan: Plan, passed: Callable[[], None]) -> None:
    _process(plan).freeze()
    try:
        passed()
        plan.over.wait(FROZEN)
    finally:
        _process(plan).thaw()


def _process(plan: Plan) -> FunctionsProcess:
    if plan.process is None:
        raise LookupError("no function runs")
    return plan.process


def _unsent(connection: FaultyHandler, passed: Callable[[], None]) -> bytes:
    """The engine's answer, which the client has not seen."""
    usual, kept = connection.wfile, _Kept()
    connection.wfile = kept  # type: ignore[assignment]  # all that is written to is `write` and `flush`
    try:
        passed()
    finally:
        connection.wfile = usual
    return bytes(kept.written)


class _Kept:
    def __init__(self) -> None:
        self.written = bytearray()
        self.closed = False

    def write(self, data: bytes) -> int:
        self.written += data
        return len(data)

    def flush(self) -> None:
        """It is all here."""


def _said(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Fault:
    def answer(connection: FaultyHandler, _plan: Plan, _passed: Callable[[], None]) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        connection.write(status, {"content-type": "application/x-amz-json-1.0", **(headers or {})}, content)

    return answer


def _empty(connection: FaultyHandler, plan: Plan, passed: Callable[[], None]) -> None:
    """An object without what was asked for; for a write that is what success looks like, so it is none there."""
    if plan.calls[-1].rpartition(" ")[2] in _ANSWERED_BY_NOTHING:
        passed()
    else:
        _said({})(connection, plan, passed)


_ANSWERED_BY_NOTHING = frozenset({"TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem"})


def _error(code: str, status: int = 400) -> Fault:
    return _said({"__type": f"com.amazonaws#{code}", "message": "as planned"}, status)


def _clock(connection: FaultyHandler, _plan: Plan, _passed: Callable[[], None]) -> None:
    """AWS's clock is an hour ahead of ours: the signature has expired."""
    body = json.dumps({"__type": "InvalidSignatureException", "message": "Signature expired: as planned"}).encode()
    connection.send_response_only(400)
    connection.send_header("date", formatdate(time() + HOUR, usegmt=True))
    connection.send_header("content-length", str(len(body)))
    connection.end_headers()
    connection.wfile.write(body)


KILLED, KILLED_DONE = "killed, nothing done", "killed, done"
DEATHS = frozenset({KILLED, KILLED_DONE})
FAULTS: Mapping[str, Fault] = {
    "no answer, nothing done": _no_answer,
    "no answer, done": _applied_without_answer,
    "closed, nothing done": _closed,
    "closed, done": _applied_and_closed,
    "slow, then done": _slow,
    "done, answer slow": _applied_and_slow,
    "truncated": _truncated,
    "throttled": _error("ThrottlingException"),
    "capacity": _error("ProvisionedThroughputExceededException"),
    "500": _error("InternalServerError", 500),
    "503, no JSON": _said(b"<html>", 503),
    "empty object": _empty,
    "another shape": _said([1, "x", None]),
    "no JSON": _said(b"\xff{"),
    "access denied": _error("AccessDeniedException"),
    "clock": _clock,
    KILLED: _killed,
    KILLED_DONE: _applied_and_killed,
    "frozen and thawed": _frozen,
    "key disabled": _error("DisabledException"),
    "key pending deletion": _error("KMSInvalidStateException"),
}
"""By name; the last two happen to calls of KMS alone."""
OF_KMS = frozenset({"key disabled", "key pending deletion"})


def fits(fault: str, call: str) -> bool:
    """Whether that may happen to that call."""
    return fault not in OF_KMS or call.startswith("kms ")
