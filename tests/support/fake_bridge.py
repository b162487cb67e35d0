"""A bridge that answers what a test says, over real HTTP on a free port of loopback; it remembers what it was asked."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias, TypeVar
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came in. Header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 (JSON)
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered: JSON, or bytes as they stand. `status` 0: the connection is closed without a word."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Answer: TypeAlias = Reply | Callable[[Asked], Reply]


@dataclass
class FakeBridge:
    """Answers by method and path; several answers are given one after the other, the last again and again."""

    url: str
    answers: dict[tuple[str, str], list[Answer]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)

    def on(self, method: str, path: str, *answers: Answer) -> None:
        self.answers[method, path] = list(answers)

    def admin(self, method: str, path: str, *answers: Answer) -> None:
        """The same below `/admin/v1`."""
        self.on(method, f"/admin/v1{path}", *answers)

    def all_asked(self, method: str, path: str) -> list[Asked]:
        return [one for one in self.asked if (one.method, one.path) == (method, path)]

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        answers = self.answers.get((asked.method, asked.path))
        if not answers:
            return problem(404, "no_such_resource", "There is nothing at this path.")
        chosen = answers.pop(0) if len(answers) > 1 else answers[0]
        return chosen if isinstance(chosen, Reply) else chosen(asked)


BridgeT = TypeVar("BridgeT", bound=FakeBridge)


def problem(status: int, code: str, title: str, **members: Any) -> Reply:  # noqa: ANN401 (JSON)
    """A refusal of the admin API (RFC 9457)."""
    body = {"type": f"https://x/#{code}", "title": title, "status": status, "code": code, **members}
    headers = {"x-correlation-id": "corr-1", "content-type": "application/problem+json"}
    return Reply({**body, "correlation_id": "corr-1"}, status, headers)


def refusal(error: str, description: str, **members: Any) -> Reply:  # noqa: ANN401 (JSON)
    """A refusal of the token endpoint."""
    return Reply({"error": error, "error_description": description, "correlation_id": "corr-2", **members}, 400)


@contextmanager
def fake_bridge() -> Iterator[FakeBridge]:
    """Serves until left."""
    with serving(FakeBridge) as bridge:
        yield bridge


@contextmanager
def serving(make: Callable[[str], BridgeT], tls: ssl.SSLContext | None = None) -> Iterator[BridgeT]:
    """Serves what `make` makes of its URL until left; with `tls`, as https://localhost."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    port = server.server_address[1]
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    bridge = make(f"https://localhost:{port}" if tls else f"http://127.0.0.1:{port}")
    server.RequestHandlerClass = type("Handler", (_Handler,), {"bridge": bridge})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield bridge
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    bridge: FakeBridge

    def _any(self) -> None:
        parts = urlsplit(self.path)
        content = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, parts.path, dict(parse_qsl(parts.query)), headers, content)
        reply = self.bridge.answer(asked)
        if reply.status:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        body = _bytes(reply.body)
        self.send_response(reply.status)
        for name, value in {"content-length": str(len(body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = _any  # noqa: N815 (the names that http.server looks for)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def _bytes(body: object) -> bytes:
    if body is None or isinstance(body, bytes):
        return body or b""
    return json.dumps(body).encode()
