"""One HTTP client for the library and the command line: httpx, within one limit of time and of size."""

import json
import os
import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import lru_cache
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar, Final, TypeAlias, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx
from msgspec import Struct

from federation.oauth.identifiers import FORM
from federation.value import Redacted

Parameters: TypeAlias = Sequence[tuple[str, str]]
"""(name, value), in order; a name may repeat."""

TIMEOUT: Final = 15.0
"""Seconds for a whole request, looking up the name included."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MAX_ANSWER = 16 * 1024 * 1024
"""Bytes: more than a Lambda function can answer."""

_T = TypeVar("_T")


class Disconnected(ConnectionError):
    """The connection ended before the answer began: what was asked may have been done."""


class NotHttp(OSError):
    """What answers does not speak HTTP, or stops in the middle."""


class Answer(Redacted, Struct, frozen=True):
    """What came back. Header names are lower case."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"body"})

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def members(self) -> dict[str, Any]:
        """The body as a JSON object; raises ValueError or TypeError for anything else."""
        try:
            members = json.loads(self.body)
        except RecursionError:
            raise ValueError("the answer is nested too deeply") from None
        if not isinstance(members, dict):
            raise TypeError("the answer is no JSON object")
        return members

    @property
    def loose_members(self) -> dict[str, Any]:
        """The same, and empty for anything that is no JSON object."""
        try:
            return self.members
        except (TypeError, ValueError):
            return {}


def may_receive_token(url: str) -> bool:
    """Whether a token may be sent to the bridge of this URL: over TLS, or on this machine."""
    try:
        parts = urlsplit(url)
        local = parts.scheme == "http" and parts.hostname in LOOPBACK
        known = (parts.scheme == "https" or local) and parts.port != 0
    except ValueError:
        return False
    return known and bool(parts.hostname) and not (parts.query or parts.fragment or parts.username)


def post_form(url: str, parameters: Parameters, headers: Mapping[str, str] | None = None) -> Answer:
    """The answer to a form; raises OSError."""
    return send(url, "POST", urlencode(parameters).encode(), {"content-type": FORM, **(headers or {})})


def send(
    url: str,
    method: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    timeout: float = TIMEOUT,
    certificate: tuple[str, str] | None = None,
) -> Answer:
    """The answer to any request; follows no redirect. `timeout`: seconds for all of it, however slowly it drips.

    An https request goes through the proxy that HTTPS_PROXY names; a plain one, which may carry a token to this machine
    alone, goes through none. `certificate`: files with the TLS client certificate and its key.

    Raises OSError: TimeoutError, ConnectionRefusedError, ssl.SSLError or socket.gaierror where it is one, Disconnected,
    NotHttp, or a bare one with a reason.
    """
    client = _client(certificate and _stamped(certificate), tuple(os.environ.get(name) for name in _READ))
    return _within(timeout, lambda: _asked(client, _request(url, method, body, headers, timeout)))


def _request(
    url: str, method: str, body: bytes | None, headers: Mapping[str, str] | None, timeout: float
) -> httpx.Request:
    """Raises OSError for a URL or a header that cannot be written."""
    given = {"accept-encoding": "identity", **(headers or {})}
    extensions = {"timeout": httpx.Timeout(timeout).as_dict()}
    try:
        return httpx.Request(method, url, content=body, headers=given, extensions=extensions)
    except (httpx.InvalidURL, ValueError):
        raise OSError("the request cannot be written") from None


def _within(seconds: float, work: Callable[[], _T]) -> _T:
    """What `work` returns or raises, or TimeoutError. Name look-ups and dripping headers take no timeout themselves."""
    future: Future[_T] = Future()
    Thread(target=_settle, args=(future, work), daemon=True).start()
    return future.result(timeout=seconds)


def _settle(future: Future[_T], work: Callable[[], _T]) -> None:
    try:
        future.set_result(work())
    except Exception as error:  # noqa: BLE001 - raised again where it is waited for
        future.set_exception(error)


def _asked(client: httpx.Client, request: httpx.Request) -> Answer:
    try:
        response = client.send(request, stream=True)
        try:
            return Answer(response.status_code, dict(response.headers.multi_items()), _body(response))
        finally:
            response.close()
    except httpx.HTTPError as error:
        raise _plain(error) from None


def _body(response: httpx.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_raw():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise OSError("the answer is too long")
    return bytes(body)


def _plain(error: Exception) -> OSError:
    """The operating system's own error behind one of httpx; its texts may quote what was sent."""
    if isinstance(error, httpx.TimeoutException):
        return TimeoutError("no answer in time")
    if isinstance(error, httpx.RemoteProtocolError):
        early = "without sending a response" in str(error)
        return Disconnected("the connection was closed") if early else NotHttp("what answers does not speak HTTP")
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError):
            return cause
        cause = cause.__cause__ or cause.__context__
    return OSError(type(error).__name__)


def _stamped(certificate: tuple[str, str]) -> tuple[str, str, float, float]:
    """The files with their times: a certificate that rotates is read again."""
    return (*certificate, Path(certificate[0]).stat().st_mtime, Path(certificate[1]).stat().st_mtime)


_READ: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY")
"""What a client reads from the environment when it is made."""
_UNKEPT: Final = httpx.Limits(max_keepalive_connections=0)


@lru_cache(maxsize=8)
def _client(certificate: tuple[str, str, float, float] | None, _read: tuple[str | None, ...]) -> httpx.Client:
    """No connection is kept: a process may fork, or sleep for hours, between two requests."""
    trust = ssl.create_default_context()  # the system's authorities, or those of SSL_CERT_FILE; TLS 1.2 or later
    if certificate:
        trust.load_cert_chain(certificate[0], certificate[1])
    direct = httpx.HTTPTransport(verify=trust, trust_env=False, limits=_UNKEPT)
    return httpx.Client(verify=trust, limits=_UNKEPT, follow_redirects=False, mounts={"http://": direct})
