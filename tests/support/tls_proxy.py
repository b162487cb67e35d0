"""A proxy that ends TLS on loopback and passes the bytes on, as the ones that people put before a bridge."""

import shutil
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.issuer_tls import ThrowAwayAuthority


class TlsProxy(socketserver.ThreadingTCPServer):
    """Serves `https://localhost:PORT`. Give it a `target` before anybody connects."""

    daemon_threads = True
    target = ("127.0.0.1", 0)

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Pipe)
        self._context = context
        self.url = f"https://localhost:{self.server_address[1]}"

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        plain, address = super().get_request()
        return self._context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address


class _Pipe(socketserver.BaseRequestHandler):
    """One connection, both ways, until either side ends it."""

    server: TlsProxy

    def handle(self) -> None:
        with suppress(OSError), socket.create_connection(self.server.target) as behind:
            back = threading.Thread(target=_copy, args=(behind, self.request), daemon=True)
            back.start()
            _copy(self.request, behind)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError, ValueError), source.makefile("rb", buffering=0) as read, target.makefile("wb", 0) as write:
        shutil.copyfileobj(read, write)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextmanager
def tls_proxy(folder: Path) -> Iterator[tuple[TlsProxy, Path]]:
    """The proxy, and the file with the authority that its callers must trust."""
    authority = ThrowAwayAuthority()
    with TlsProxy(authority.server_context("localhost", folder)) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield proxy, authority.written(folder)
        finally:
            proxy.shutdown()
            thread.join()
