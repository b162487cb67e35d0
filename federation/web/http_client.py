"""One request and its answer over one connection, within limits of address, time and size (ATTACKS B9, B11, N1-N5)."""

import io
import socket
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from typing import Literal, NamedTuple, TypeVar, cast

from msgspec import Struct, field

from federation.ports import FetchFailed
from federation.version import VERSION
from federation.web.connection import Connector
from federation.web.deadline import Deadline, DeadlineReader
from federation.web.target import Target, TargetRefused, read_target

MAX_BODY = 256 * 1024
TOTAL = 2.0
"""Seconds for everything: look-up, connection, TLS, headers and body."""

_T = TypeVar("_T")


class Request(NamedTuple):
    """What to send beside the headers that every request has."""

    method: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


class HttpClient(Struct, frozen=True):
    """Holds conversations of one question. `loopback`: whether this machine may be asked, also by http."""

    loopback: bool = False
    connector: Connector = field(default_factory=Connector)
    total: float = TOTAL
    """Seconds."""

    def hold(self, url: str, request: Request, read: Callable[[HTTPResponse], _T]) -> _T:
        """What `read` makes of the answer; raises FetchFailed, whose message holds neither URL nor answer."""
        try:
            return self._hold(read_target(url, loopback=self.loopback), request, read)
        except TargetRefused as error:
            raise FetchFailed(str(error)) from None
        except (OSError, HTTPException, ValueError) as error:
            raise FetchFailed(type(error).__name__) from error

    def _hold(self, target: Target, request: Request, read: Callable[[HTTPResponse], _T]) -> _T:
        question = _head(target, request) + request.body
        deadline = Deadline(self.total)
        with self.connector.open(target, deadline) as connection:
            connection.settimeout(deadline.remaining())
            connection.sendall(question)
            with HTTPResponse(_readable(connection, deadline), method=request.method) as response:
                response.begin()
                return read(response)


def check_plain(response: HTTPResponse) -> None:
    """Before reading the body: nothing is decompressed, and nothing too long begun; raises FetchFailed."""
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise FetchFailed("compressed")
    if response.length is not None and response.length > MAX_BODY:
        raise FetchFailed("above 256 KiB")


def read_body(response: HTTPResponse) -> bytes:
    """The whole body; raises FetchFailed."""
    body = response.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise FetchFailed("above 256 KiB")
    if response.length:
        raise FetchFailed("cut short")
    return body


def _head(target: Target, request: Request) -> bytes:
    lines = (
        f"{request.method} {target.path} HTTP/1.1",
        f"Host: {target.authority}",
        *(f"{name}: {value}" for name, value in request.headers),
        "Accept-Encoding: identity",
        f"User-Agent: federation-bridge/{VERSION}",
        "Connection: close",
    )
    if any("\r" in line or "\n" in line for line in lines):
        raise FetchFailed("a header of two lines")
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


class _Readable:
    """The one thing that HTTPResponse wants of a socket."""

    def __init__(self, reader: DeadlineReader) -> None:
        self._reader = reader

    def makefile(self, _mode: Literal["rb"]) -> io.BufferedReader:
        return io.BufferedReader(self._reader)


def _readable(connection: socket.socket, deadline: Deadline) -> socket.socket:
    return cast("socket.socket", _Readable(DeadlineReader(connection, deadline)))
