"""The moto of this process behind HTTP, for clients that know nothing of it."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders

from federation.local.embedded_services import answered

_SCOPE = re.compile(r"Credential=(?P<who>[^/]+)/\d{8}/(?P<region>[a-z0-9-]+)/(?P<service>[a-z0-9-]+)/aws4_request")
_OUR_OWN = {"connection", "content-length", "date", "server", "transfer-encoding"}


class MotoHandler(BaseHTTPRequestHandler):
    """Hands a signed request to moto, at the address that it was signed for."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        scope = _SCOPE.search(self.headers["authorization"])
        if scope is None:
            raise ValueError("the request is not signed")
        self.respond(scope, body)

    do_GET = do_PUT = do_POST  # noqa: N815 - names of http.server

    def respond(self, scope: re.Match[str], body: bytes) -> None:
        """`scope`: of the signature: who, region, service."""
        url = f"https://{scope['service']}.{scope['region']}.amazonaws.com{self.path}"
        headers = HTTPHeaders.from_pairs(self.headers.items())
        answer = answered(AWSPreparedRequest(self.command, url, headers, body, stream_output=False))
        self.write(answer.status, answer.headers, answer.body)

    def write(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in _OUR_OWN:
                self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - name of http.server
        """Nothing is logged."""


@contextmanager
def moto_over_http() -> Iterator[str]:
    """Its URL. Embedded AWS must be running."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), MotoHandler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
