"""Reading our bridge's public documents: https, or this machine, and nothing else."""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from http.client import HTTPException, HTTPMessage, HTTPResponse
from threading import Thread
from time import monotonic
from typing import IO, TypeAlias
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

TIMEOUT = 2.0
"""Seconds for all of it, however slowly an answer drips: verifications wait for it meanwhile."""
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


def is_safe(url: str) -> bool:
    """Whether the bridge may be at that URL: nothing is asked or sent elsewhere."""
    parts = urlsplit(url)
    return (parts.scheme == "https" and bool(parts.hostname)) or (parts.scheme, parts.hostname) == ("http", "127.0.0.1")


def fetch(url: str) -> bytes:
    """The body of a 200 answer; raises OSError."""
    return _body_of(Request(url), url)  # noqa: S310  (its scheme is checked)


def post(url: str, form: Mapping[str, str]) -> bytes:
    """The body of a 200 answer to a form; raises OSError."""
    return _body_of(Request(url, urlencode(form).encode("ascii")), url)  # noqa: S310  (its scheme is checked)


def _body_of(request: Request, url: str) -> bytes:
    if not is_safe(url):
        raise OSError("neither https nor this machine")
    found: Future[bytes] = Future()
    # Looking up a name and reading a header take no timeout: what hangs there is left behind.
    Thread(target=_settle, args=(found, request, monotonic() + TIMEOUT), daemon=True).start()
    return found.result(TIMEOUT)


def _settle(found: Future[bytes], request: Request, end: float) -> None:
    try:
        with _OPENER.open(request, timeout=TIMEOUT) as answer:
            found.set_result(_body(answer, end))
    except HTTPException as error:
        found.set_exception(OSError(type(error).__name__))
    except (OSError, ValueError) as error:
        found.set_exception(error)


def _body(answer: HTTPResponse, end: float) -> bytes:
    body = bytearray()
    while chunk := answer.read1(MAX_BYTES):
        body += chunk
        if len(body) > MAX_BYTES or monotonic() > end:
            raise OSError("too long")
    if answer.length:
        raise OSError("cut off")
    return bytes(body)
