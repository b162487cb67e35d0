"""Public objects as the HTTP API passes them through from S3."""

import hashlib

from federation.local.requests import GatewayRequest, GatewayResponse
from federation.local.responses import NOT_FOUND
from federation.ports import PublishedDocument, Publisher


def read_object(publisher: Publisher, path: str, request: GatewayRequest) -> GatewayResponse:
    """The published document at `path` with its content type, cache headers and ETag; 304 where the caller has it."""
    document = publisher.get(path)
    if document is None:
        return NOT_FOUND
    headers = _headers(document)
    if _etag(document) in [tag.strip() for tag in request.header("if-none-match").split(",")]:
        return GatewayResponse(304, b"", headers)
    return GatewayResponse(200, document.body, headers)


def _headers(document: PublishedDocument) -> tuple[tuple[str, str], ...]:
    return (
        ("content-type", document.content_type),
        ("cache-control", document.cache_control),
        ("etag", _etag(document)),
    )


def _etag(document: PublishedDocument) -> str:
    """S3's ETag of an object that was put in one part."""
    return f'"{hashlib.md5(document.body, usedforsecurity=False).hexdigest()}"'
