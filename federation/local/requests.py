"""An HTTP request and response at the gateway, before they become a Lambda event and after a function's result."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, TypeAlias

from msgspec import Struct

from federation.ports import PublishedDocument, Publisher
from federation.value import Redacted

Headers: TypeAlias = tuple[tuple[str, str], ...]
"""(name, value) in the order in which they arrived or leave; names are lower case, repeated ones stay apart."""


class GatewayRequest(Redacted, Struct, frozen=True):
    """What came over the socket."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"body", "client_certificate"})

    method: str
    path: str
    """Still percent-encoded, without the query."""
    query: str = ""
    """Still percent-encoded, without the `?`."""
    headers: Headers = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"
    protocol: str = "HTTP/1.1"
    scheme: str = "http"
    client_certificate: str | None = None
    """PEM of the TLS client's own certificate."""

    def header(self, name: str) -> str:
        """The values of the header of that lower-case name, joined by commas; empty where there is none."""
        return ",".join(value for key, value in self.headers if key == name)

    @property
    def head_size(self) -> int:
        """Bytes of the request line and the header values, as the HTTP API counts them."""
        line = len(self.method) + len(self.path) + len(self.query)
        return line + sum(len(value) for _, value in self.headers)


class GatewayResponse(Redacted, Struct, frozen=True):
    """What goes back over the socket."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"body"})

    status: int
    body: bytes = b""
    headers: Headers = ()


_JSON: Headers = (("content-type", "application/json"),)


def message(status: HTTPStatus) -> GatewayResponse:
    """The gateway's own answer, which no function had a part in."""
    return GatewayResponse(status, json.dumps({"message": status.phrase}, separators=(",", ":")).encode(), _JSON)


NOT_FOUND = message(HTTPStatus.NOT_FOUND)
FORBIDDEN = message(HTTPStatus.FORBIDDEN)
BODY_TOO_LARGE = GatewayResponse(413, b'{"message":"Request Entity Too Large"}', _JSON)
HEAD_TOO_LARGE = GatewayResponse(431, b'{"message":"Request Header Fields Too Large"}', _JSON)
FUNCTION_FAILED = message(HTTPStatus.INTERNAL_SERVER_ERROR)


def read_result(result: object) -> GatewayResponse:
    """The response that a function's `result` stands for; a result that is none becomes a 500."""
    if not isinstance(result, Mapping) or "statusCode" not in result:
        return GatewayResponse(200, json.dumps(result).encode(), _JSON)
    try:
        return GatewayResponse(int(result["statusCode"]), _body(result), _headers(result))
    except (TypeError, ValueError, AttributeError, binascii.Error):
        return FUNCTION_FAILED


def _body(result: Mapping[str, Any]) -> bytes:
    body = result.get("body") or ""
    if result.get("isBase64Encoded"):
        return base64.b64decode(body, validate=True)
    return str(body).encode()


def _headers(result: Mapping[str, Any]) -> Headers:
    headers = {str(name).lower(): str(value) for name, value in (result.get("headers") or {}).items()}
    cookies = tuple(("set-cookie", str(cookie)) for cookie in result.get("cookies") or ())
    return (*{"content-type": "text/plain; charset=utf-8", **headers}.items(), *cookies)


def read_object(publisher: Publisher, path: str, request: GatewayRequest) -> GatewayResponse:
    """The published document at `path` with its content type, cache headers and ETag; 304 where the caller has it."""
    document = publisher.get(path)
    if document is None:
        return NOT_FOUND
    headers = _object_headers(document)
    if _etag(document) in [tag.strip() for tag in request.header("if-none-match").split(",")]:
        return GatewayResponse(304, b"", headers)
    return GatewayResponse(200, document.body, headers)


def _object_headers(document: PublishedDocument) -> tuple[tuple[str, str], ...]:
    return (
        ("content-type", document.content_type),
        ("cache-control", document.cache_control),
        ("etag", _etag(document)),
    )


def _etag(document: PublishedDocument) -> str:
    """S3's ETag of an object that was put in one part."""
    return f'"{hashlib.md5(document.body, usedforsecurity=False).hexdigest()}"'
