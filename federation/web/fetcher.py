"""Adapter of the port Fetcher: one GET within limits of address, time, size and form (ATTACKS B9, B11, N1-N5)."""

import io
import socket
from http.client import HTTPException, HTTPResponse
from typing import Literal, cast

from federation.ports import FetchFailed
from federation.version import VERSION
from federation.web.connection import Connector
from federation.web.deadline import Deadline, DeadlineReader
from federation.web.target import Target, TargetRefused, read_target

MAX_BODY = 256 * 1024
TOTAL = 2.0
"""Seconds for everything: look-up, connection, TLS, headers and body."""

_OK = 200


class WebFetcher:
    """Fetches issuers' public documents."""

    def __init__(self, *, loopback: bool = False, connector: Connector | None = None, total: float = TOTAL) -> None:
        """`loopback`: whether this machine may be asked, also by http. `total`: seconds."""
        self._loopback = loopback
        self._connector = connector or Connector()
        self._total = total

    def fetch(self, url: str) -> bytes:
        """The body of a 200 answer; raises FetchFailed, whose message holds neither URL nor answer."""
        try:
            return self._get(read_target(url, loopback=self._loopback))
        except TargetRefused as error:
            raise FetchFailed(str(error)) from None
        except (OSError, HTTPException, ValueError) as error:
            raise FetchFailed(type(error).__name__) from error

    def _get(self, target: Target) -> bytes:
        deadline = Deadline(self._total)
        with self._connector.open(target, deadline) as connection:
            connection.settimeout(deadline.remaining())
            connection.sendall(_request(target))
            with HTTPResponse(_readable(connection, deadline), method="GET") as response:
                response.begin()
                _check_head(response)
                return _read_body(response)


def _request(target: Target) -> bytes:
    lines = (
        f"GET {target.path} HTTP/1.1",
        f"Host: {target.authority}",
        "Accept: application/json",
        "Accept-Encoding: identity",
        f"User-Agent: federation-bridge/{VERSION}",
        "Connection: close",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode("ascii")


class _Readable:
    """The one thing that HTTPResponse wants of a socket."""

    def __init__(self, reader: DeadlineReader) -> None:
        self._reader = reader

    def makefile(self, _mode: Literal["rb"]) -> io.BufferedReader:
        return io.BufferedReader(self._reader)


def _readable(connection: socket.socket, deadline: Deadline) -> socket.socket:
    return cast("socket.socket", _Readable(DeadlineReader(connection, deadline)))


def _check_head(response: HTTPResponse) -> None:
    """Before reading the body: no redirect is followed and nothing is decompressed."""
    if response.status != _OK:
        raise FetchFailed(f"status {response.status}")
    if response.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise FetchFailed("compressed")
    if "html" in response.headers.get("content-type", "").lower():
        raise FetchFailed("HTML")
    if response.length is not None and response.length > MAX_BODY:
        raise FetchFailed("above 256 KiB")


def _read_body(response: HTTPResponse) -> bytes:
    body = response.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise FetchFailed("above 256 KiB")
    if response.length:
        raise FetchFailed("cut short")
    return body
