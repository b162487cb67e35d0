"""What any client of an OAuth server does: read its discovery document, post forms with its own credentials."""

import base64
import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from federation.oauth.identifiers import FORM
from federation.verification.discovery import DISCOVERY_PATH

_PATIENCE = 120.0
"""Seconds: a server that has just started, on a machine that does other things, takes its time."""


class IssuerRefused(ConnectionError):
    """The issuer did not do as it was asked, or not yet; says what it answered."""


def discover(issuer: str) -> dict[str, Any]:
    """The issuer's discovery document; raises OSError, of which IssuerRefused is one."""
    return read_json(issuer + DISCOVERY_PATH)


def read_json(url: str) -> dict[str, Any]:
    """A public document."""
    document: dict[str, Any] = _send("GET", url, "", {})
    return document


def ask(url: str, client: str, secret: str, **form: str) -> dict[str, Any]:
    """The members of the answer to a confidential client (RFC 6749 section 2.3.1); raises IssuerRefused."""
    credentials = base64.b64encode(f"{client}:{secret}".encode()).decode()
    headers = {"authorization": f"Basic {credentials}", "content-type": FORM}
    members: dict[str, Any] = _send("POST", url, urlencode(form), headers)
    return members


def command(url: str, method: str, token: str, body: object) -> Any:  # noqa: ANN401 - JSON
    """The JSON that an administrator's request is answered with, None if nothing; raises IssuerRefused."""
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    return _send(method, url, json.dumps(body), headers)


def _send(method: str, url: str, body: str, headers: dict[str, str]) -> Any:  # noqa: ANN401 - JSON
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=_PATIENCE)
    try:
        connection.request(method, f"{parts.path}?{parts.query}", body, headers)
        response = connection.getresponse()
        answer = response.read()
    finally:
        connection.close()
    if response.status not in (200, 201, 204):
        raise IssuerRefused(f"{method} {url}: {response.status} {answer.decode()}")
    return json.loads(answer) if answer else None
