"""Reading our bridge's public documents: https, or this machine, and nothing else."""

from collections.abc import Callable
from http.client import HTTPException, HTTPMessage
from typing import IO, TypeAlias
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

TIMEOUT = 2.0
"""Seconds."""
MAX_BYTES = 4 * 1024 * 1024

Fetch: TypeAlias = Callable[[str], bytes]
"""URL -> body; raises OSError."""


class _NoRedirects(HTTPRedirectHandler):
    """What is asked for is at its place, or nowhere."""

    def http_error_302(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage) -> None:
        """The parameters are urllib's."""
        raise HTTPError(req.full_url, code, msg, headers, fp)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


_OPENER = build_opener(_NoRedirects)


def fetch(url: str) -> bytes:
    """The body of a 200 answer; raises OSError."""
    parts = urlsplit(url)
    if parts.scheme != "https" and (parts.scheme, parts.hostname) != ("http", "127.0.0.1"):
        raise OSError("neither https nor this machine")
    try:
        with _OPENER.open(url, timeout=TIMEOUT) as answer:
            body: bytes = answer.read(MAX_BYTES + 1)
    except HTTPException as error:
        raise OSError(type(error).__name__) from error
    if len(body) > MAX_BYTES:
        raise OSError("too long")
    return body
