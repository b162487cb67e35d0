"""A web server on loopback, over real sockets, for as long as a test needs one."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TypeVar


class LoopbackServer(ThreadingHTTPServer):
    """`closing` is set before it ends, for handlers that never answer."""

    daemon_threads = True

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.closing = Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: a caller that refuses our certificate is what some tests are about."""


_Server = TypeVar("_Server", bound=LoopbackServer)


@contextmanager
def running(server: _Server, tls: ssl.SSLContext | None) -> Iterator[_Server]:
    """The server, accepting connections; with `tls`, an https one."""
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
