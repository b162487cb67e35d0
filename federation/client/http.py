"""A caller of the bridge with nothing but the standard library: what any workload could do."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPSConnection, IncompleteRead
from typing import Any, TypeAlias
from urllib.parse import urlencode, urlsplit

from federation.oauth.identifiers import FORM

Parameters: TypeAlias = Sequence[tuple[str, str]]
"""(name, value), in order; a name may repeat."""

_TIMEOUT = 15.0
"""Seconds."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")
MAX_ANSWER = 16 * 1024 * 1024
"""Bytes: more than a Lambda function can answer."""


def may_receive_token(url: str) -> bool:
    """Whether a token may be sent to the bridge of this URL: over TLS, or on this machine."""
    try:
        parts = urlsplit(url)
        local = parts.scheme == "http" and parts.hostname in LOOPBACK
        known = (parts.scheme == "https" or local) and parts.port != 0
    except ValueError:
        return False
    return known and bool(parts.hostname) and not (parts.query or parts.fragment or parts.username)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

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


def post_form(url: str, parameters: Parameters, headers: Mapping[str, str] | None = None) -> Answer:
    """The answer to a form; raises OSError where nobody answers."""
    return send(url, "POST", urlencode(parameters).encode(), {"content-type": FORM, **(headers or {})})


def send(
    url: str,
    method: str,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    timeout: float = _TIMEOUT,
) -> Answer:
    """The answer to any request; follows no redirect, knows no proxy. `timeout`: seconds.

    Raises OSError where nobody answers, or with more than anybody wants to hear; HTTPException for what is no HTTP.
    """
    parts = urlsplit(url)
    connect = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = connect(parts.netloc, timeout=timeout)
    try:
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        connection.request(method, target, body, dict(headers or {}))
        response = connection.getresponse()
        names = {name.lower(): value for name, value in response.getheaders()}
        content = response.read(MAX_ANSWER + 1)
        if len(content) > MAX_ANSWER:
            raise OSError("the answer is too long")
        if response.length:
            raise IncompleteRead(content, response.length)
        return Answer(response.status, names, content)
    finally:
        connection.close()
