"""Reads one HTTP/1.1 answer (RFC 9112). Whatever is not framed without doubt is no answer."""

import re
import time
from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

MAX_HEAD = 64 * 1024
MAX_BODY = 32 * 1024 * 1024
"""Bytes. DynamoDB answers 16 MB at most."""
_PIECE = 64 * 1024

_HEAD = re.compile(rb"HTTP/1\.([01]) ([2-5][0-9]{2})(?: [^\r\n]*)?((?:\r\n[!#$%&'*+.^_`|~0-9A-Za-z-]+:[^\r\n]*)*)")
_FIELD = re.compile(r"\r\n([^:]+):[ \t]*([^\r\n]*)")
_SIZE = re.compile(rb"[0-9]{1,9}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})(?:[ \t]*;.*)?")
_BODILESS = frozenset({204, 304})
_FRAMING = frozenset({"content-length", "transfer-encoding"})

Receive: TypeAlias = Callable[[int], bytes]
"""At most so many bytes; none when the other side has closed. Raises OSError."""


class Malformed(Exception):
    """What came is no answer that can be told from the next one."""


class Closed(Exception):
    """The other side closed before the answer was whole."""


class HttpAnswer(Struct, frozen=True):
    """Status, headers by lower-case name, and body. `kept`: whether the connection may be used again."""

    status: int
    headers: dict[str, str]
    body: bytes
    kept: bool = False
    at: float = 0.0
    """Seconds since the epoch, when it was whole."""


class AnswerReader:
    """Reads from a connection; one answer each."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._buffer = b""

    @property
    def begun(self) -> bool:
        """Whether any byte has come."""
        return bool(self._buffer)

    def read(self) -> HttpAnswer:
        """Raises Malformed, Closed and what receiving raises."""
        read, self._buffer = self._until(b"\r\n\r\n", MAX_HEAD)
        head = _HEAD.fullmatch(read)
        if head is None:
            raise Malformed("head")
        status, headers = int(head[2]), _headers(head[3].decode("latin-1"))
        body = b"" if status in _BODILESS else self._body(headers)
        kept = head[1] == b"1" and not self._buffer and "close" not in headers.get("connection", "").lower()
        return HttpAnswer(status, headers, body, kept, time.time())

    def _body(self, headers: dict[str, str]) -> bytes:
        coding, length = headers.get("transfer-encoding"), headers.get("content-length")
        if (coding is None) == (length is None):
            raise Malformed("framing")
        if length is not None:
            return self._exactly(_size(length))
        if coding != "chunked":
            raise Malformed("transfer coding")
        return self._chunks()

    def _chunks(self) -> bytes:
        body = bytearray()
        while size := self._chunk_size():
            if len(body) + size > MAX_BODY:
                raise Malformed("size")
            body += self._exactly(size)
            self._end_of_line()
        self._end_of_line()  # trailers, which were not asked for, are malformed here
        return bytes(body)

    def _chunk_size(self) -> int:
        line, self._buffer = self._until(b"\r\n", MAX_HEAD)
        size = _CHUNK.fullmatch(line)
        if size is None:
            raise Malformed("chunk")
        return int(size[1], 16)

    def _end_of_line(self) -> None:
        if self._exactly(2) != b"\r\n":
            raise Malformed("chunk")

    def _exactly(self, size: int) -> bytes:
        if size > MAX_BODY:
            raise Malformed("size")
        if len(self._buffer) < size:
            self._fill(size)
        body, self._buffer = self._buffer[:size], self._buffer[size:]
        return body

    def _fill(self, size: int) -> None:
        pieces, missing = [self._buffer], size - len(self._buffer)
        while missing > 0:
            pieces.append(piece := self._piece())
            missing -= len(piece)
        self._buffer = b"".join(pieces)

    def _until(self, end: bytes, most: int) -> tuple[bytes, bytes]:
        """What stands before `end`, and what behind it."""
        while True:
            before, found, behind = self._buffer.partition(end)
            if found and len(before) <= most:
                return before, behind
            if len(self._buffer) > most:
                raise Malformed("size")
            self._buffer += self._piece()

    def _piece(self) -> bytes:
        piece = self._receive(_PIECE)
        if not piece:
            raise Closed
        return piece


def _headers(lines: str) -> dict[str, str]:
    """By lower-case name; of those that come twice, the last. What frames the body must not come twice and differ."""
    fields = [(name.lower(), value.rstrip(" \t")) for name, value in _FIELD.findall(lines)]
    headers = dict(fields)
    if len(headers) != len(fields) and any(name in _FRAMING and headers[name] != value for name, value in fields):
        raise Malformed("framing")
    return headers


def _size(text: str) -> int:
    if not _SIZE.fullmatch(text.encode("latin-1")):
        raise Malformed("framing")
    return int(text)
