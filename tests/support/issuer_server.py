"""An identity provider's web server on loopback, over real sockets, that behaves as badly as it is told to."""

import json
import ssl
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler
from typing import TypeAlias

from federation.model.json import JsonObject
from tests.support.loopback_server import LoopbackServer, running

Behaviour: TypeAlias = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Does what the server's route says."""

    server: "IssuerServer"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.heads.append({name.lower(): value for name, value in self.headers.items()})
        self.close_connection = True
        try:
            self.server.routes.get(self.path, status(404))(self)
        except OSError:
            return  # the caller hung up, as it should

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Nothing."""


class IssuerServer(LoopbackServer):
    """Routes by path; `asked` and `heads` are what arrived."""

    def __init__(self) -> None:
        super().__init__(Handler)
        self.routes: dict[str, Behaviour] = {}
        self.asked: list[str] = []
        self.heads: list[Mapping[str, str]] = []


def issuer_server(tls: ssl.SSLContext | None = None) -> AbstractContextManager[IssuerServer]:
    """A running server; with `tls`, an https one."""
    return running(IssuerServer(), tls)


def answer(body: bytes, code: int = 200, **headers: str) -> Behaviour:
    """An honest answer; header names with `_` for `-`."""

    def behave(handler: Handler) -> None:
        handler.send_response(code)
        for name, value in {"content_type": "application/json", "content_length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def document(value: JsonObject) -> Behaviour:
    return answer(json.dumps(value).encode())


def status(code: int, **headers: str) -> Behaviour:
    return answer(b"{}", code, **headers)


def raw(data: bytes) -> Behaviour:
    """Bytes as they stand, then the end."""

    def behave(handler: Handler) -> None:
        handler.wfile.write(data)

    return behave


def endless(head: bytes, piece: bytes, pause: float = 0.0) -> Behaviour:
    """`head`, and then `piece` every `pause` seconds for as long as anybody listens."""

    def behave(handler: Handler) -> None:
        handler.wfile.write(head)
        while not handler.server.closing.wait(pause):
            handler.wfile.write(piece)

    return behave


def silence(handler: Handler) -> None:
    """Never an answer."""
    handler.server.closing.wait()
