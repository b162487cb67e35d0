"""AWS STS on loopback, over real sockets: `StsService` behind HTTP, or behind TLS as if it were AWS's own host."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from federation.web.connection import Connector
from tests.support.issuer_tls import ThrowAwayAuthority
from tests.support.loopback_server import LoopbackServer, running
from tests.support.sts_service import StsRequest, StsService

HOST = "sts.us-east-1.amazonaws.com"
PUBLIC = "8.8.8.8"

Behaviour = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Asks the service, unless the server is told to behave in another way."""

    server: "StsServer"
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.close_connection = True
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", "0"))).decode()
        self.server.asked.append(StsRequest(self.command, self.path, headers, body))
        try:
            (self.server.behaviour or _honest)(self)
        except OSError:
            return  # the caller hung up, as it should

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Nothing."""


def _honest(handler: Handler) -> None:
    said = handler.server.service.answer(handler.server.asked[-1])
    reply(said.body.encode(), said.status, said.content_type)(handler)


def reply(body: bytes, status: int = 200, content_type: str = "text/xml", **headers: str) -> Behaviour:
    """That answer to anything; header names with `_` for `-`."""

    def behave(handler: Handler) -> None:
        handler.send_response(status)
        named = {"content-type": content_type, "content-length": str(len(body)), **headers}
        for name, value in named.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return behave


def silence(handler: Handler) -> None:
    """Never an answer."""
    handler.server.closing.wait()


class StsServer(LoopbackServer):
    """`asked` is what arrived; `behaviour` replaces the honest one."""

    def __init__(self, service: StsService) -> None:
        super().__init__(Handler)
        self.service = service
        self.behaviour: Behaviour | None = None
        self.asked: list[StsRequest] = []


def sts_server(service: StsService, tls: ssl.SSLContext | None = None) -> AbstractContextManager[StsServer]:
    """A running server; with `tls`, an https one."""
    return running(StsServer(service), tls)


@contextmanager
def sts_as_aws(service: StsService, folder: Path, host: str = HOST) -> Iterator[tuple[StsServer, Connector]]:
    """The server under a certificate for AWS's host, and a connector that ends there instead of on the internet."""
    authority = ThrowAwayAuthority()
    with sts_server(service, authority.server_context(host, folder)) as server:
        trust = authority.client_context()

        def connect(_address: tuple[str, int], seconds: float) -> socket.socket:
            return socket.create_connection(("127.0.0.1", server.port), seconds)

        yield server, Connector(lambda _host, _port: (PUBLIC,), connect, lambda: trust)
