"""An HTTPS server on 127.0.0.1 that sees client certificates: open once entered, closed and joined once left."""

import logging
import socket
import ssl
import threading
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import IO, Any, Self, cast

from cheroot.errors import FatalSSLAlert
from cheroot.makefile import MakeFile
from cheroot.server import Gateway, HeaderReader, HTTPConnection, HTTPRequest, HTTPServer
from cheroot.ssl import Adapter

from federation.local.gateway import MAX_BODY
from federation.local.requests import BODY_TOO_LARGE, GatewayRequest, GatewayResponse
from federation.local.server import LOOPBACK, Answer

_THREADS = 4
_LARGEST_HEAD = 64 * 1024
"""Above the gateway's own limit, so that the gateway gives AWS's answer and not the server."""
_CERTIFICATE = "client_certificate"
_LOG = logging.getLogger(__name__)


class MutualTlsServer:
    """Serves `answer` on `port` until left; 0 picks a free one. `contexts`: the TLS context of the next connection."""

    def __init__(self, answer: Answer, contexts: Callable[[], ssl.SSLContext], port: int = 0) -> None:
        self._server = _Server((LOOPBACK, port), answer)
        self._server.ssl_adapter = _ClientCertificates(contexts)
        self._thread = threading.Thread(target=self._server.serve, name="mtls", daemon=True)

    @property
    def url(self) -> str:
        """The base URL, once entered."""
        return f"https://{LOOPBACK}:{self._server.bind_addr[1]}"

    def __enter__(self) -> Self:
        """Return once connections are accepted."""
        self._server.prepare()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish what is being answered, then stop."""
        self._server.stop()
        self._thread.join()


class _Server(HTTPServer):
    timeout = 10
    max_request_header_size = _LARGEST_HEAD
    max_request_body_size = MAX_BODY + 1  # one more, so that the gateway's own answer is given

    def __init__(self, address: tuple[str, int], answer: Answer) -> None:
        super().__init__(address, _Gateway, minthreads=_THREADS, maxthreads=_THREADS)
        self.answer = answer
        self.ConnectionClass = _Connection

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
        _LOG.log(level, "%s", msg, exc_info=traceback)


class _Headers(HeaderReader):
    """Keeps repeated headers, joined by commas as API Gateway joins them; cheroot would take the last."""

    def __call__(self, rfile: Any, hdict: dict[bytes, bytes] | None = None) -> dict[bytes, bytes]:  # noqa: ANN401
        headers = {} if hdict is None else hdict
        while (line := rfile.readline()) != b"\r\n":
            name, colon, value = line.partition(b":")
            if not colon or not line.endswith(b"\r\n") or name != name.strip():
                raise ValueError("illegal header line")
            key = name.title()
            headers[key] = headers[key] + b"," + value.strip() if key in headers else value.strip()
        return headers


class _Request(HTTPRequest):
    header_reader = _Headers()


class _Connection(HTTPConnection):
    RequestHandlerClass = _Request


class _ClientCertificates(Adapter):
    """TLS of Python's own, with the peer's certificate beside the request."""

    def __init__(self, contexts: Callable[[], ssl.SSLContext]) -> None:
        super().__init__("", "")
        self._contexts = contexts

    def bind(self, sock: socket.socket) -> socket.socket:
        return sock

    def wrap(self, sock: socket.socket) -> tuple[ssl.SSLSocket, dict[str, str]]:
        try:
            secured = self._contexts().wrap_socket(sock, server_side=True)
        except OSError as error:  # an SSLError is one too: no certificate of ours, or no TLS at all
            raise FatalSSLAlert(*error.args) from error
        return secured, self.get_environ(secured)

    def get_environ(self, sock: ssl.SSLSocket | None = None) -> dict[str, str]:
        der = None if sock is None else sock.getpeercert(binary_form=True)
        return {} if der is None else {_CERTIFICATE: ssl.DER_cert_to_PEM_cert(der)}

    def makefile(self, sock: socket.socket, mode: str = "r", bufsize: int = -1) -> IO[bytes]:
        return cast("IO[bytes]", MakeFile(sock, mode, bufsize))


class _Gateway(Gateway):
    """From cheroot's request to ours, and back."""

    def respond(self) -> None:
        body = self.req.rfile.read()
        response = BODY_TOO_LARGE if len(body) > MAX_BODY else self.req.server.answer(self._request(body))
        self._write(response)

    def _request(self, body: bytes) -> GatewayRequest:
        path, _, query = self.req.uri.decode("latin-1").partition("?")
        headers = (
            (name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in self.req.inheaders.items()
        )
        return GatewayRequest(
            method=self.req.method.decode("latin-1"),
            path=path,
            query=query,
            headers=tuple(headers),
            body=body,
            source_ip=self.req.conn.remote_addr or LOOPBACK,
            protocol=self.req.request_protocol.decode("latin-1"),
            scheme="https",
            client_certificate=self.req.conn.ssl_env.get(_CERTIFICATE),
        )

    def _write(self, response: GatewayResponse) -> None:
        self.req.status = f"{response.status} {HTTPStatus(response.status).phrase}".encode("latin-1")
        headers = (*response.headers, ("content-length", str(len(response.body))))
        self.req.outheaders += [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers]
        self.req.ensure_headers_sent()
        if self.req.method != b"HEAD":
            self.req.write(response.body)
