from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from federation.resource_server.fetch import MAX_BYTES, fetch


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = {
            "/good": (200, b"good"),
            "/moved": (302, b""),
            "/long": (200, b"x" * (MAX_BYTES + 1)),
        }.get(self.path, (404, b""))
        self.send_response(status)
        self.send_header("location", "/good")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - name of http.server
        """Nothing is logged."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_what_is_there_is_read(url: str) -> None:
    assert fetch(f"{url}/good") == b"good"


@pytest.mark.parametrize("path", ["/moved", "/long", "/missing"])
def test_what_moved_is_too_long_or_missing_is_not(url: str, path: str) -> None:
    with pytest.raises(OSError, match=r"HTTP Error|too long"):
        fetch(url + path)


@pytest.mark.parametrize("address", ["http://example.com/", "file:///etc/hosts", "ftp://127.0.0.1/", "data:,x"])
def test_nothing_but_https_is_asked_beyond_this_machine(address: str) -> None:
    with pytest.raises(OSError, match="neither https nor this machine"):
        fetch(address)
