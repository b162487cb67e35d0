"""The headers of the signed request: a fixed set of names, each with a grammar of its own.

What a list of headers may leave open is decided here: names are compared in lower case and come once, and every one
but Authorization is signed. The header that names us is among them, so that a request signed for another service's
server id, or for AWS alone, is nothing here.
"""

import re
from collections.abc import Callable
from collections.abc import Mapping as ReadOnly
from hashlib import sha256
from typing import TypeAlias

from federation.model.json import Json
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.aws_request.authorization import UnverifiedAuthorization

BODY = "Action=GetCallerIdentity&Version=2011-06-15"
BODY_SHA256 = sha256(BODY.encode()).hexdigest()

SERVER_ID = "x-fedbridge-server-id"
"""Names our issuer URL, as Vault's X-Vault-AWS-IAM-Server-ID and Google's X-Goog-Cloud-Target-Resource name theirs."""
AUTHORIZATION, DATE, SECURITY_TOKEN = "authorization", "x-amz-date", "x-amz-security-token"
CONTENT_TYPE, CONTENT_SHA256 = "content-type", "x-amz-content-sha256"

UnverifiedHeaders: TypeAlias = ReadOnly[str, str]
"""Lower-case name -> value."""


def _full(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern)
    return lambda value: compiled.fullmatch(value) is not None


_REQUIRED: ReadOnly[str, Callable[[str], bool]] = {
    AUTHORIZATION: _full(r"[\x20-\x7e]+"),
    CONTENT_TYPE: _full(r"application/x-www-form-urlencoded(?:; ?charset=(?:utf-8|UTF-8))?"),
    "host": _full(r"[a-z0-9.:-]{1,255}"),
    DATE: _full(r"[0-9]{8}T[0-9]{6}Z"),
    SECURITY_TOKEN: _full(r"[A-Za-z0-9+/=_-]{1,8192}"),
    SERVER_ID: _full(r"[\x21-\x7e]{1,512}"),
}
# What some SDKs sign as well; there is one right value.
_OPTIONAL: ReadOnly[str, Callable[[str], bool]] = {
    "content-length": str(len(BODY)).__eq__,
    CONTENT_SHA256: BODY_SHA256.__eq__,
}
_GRAMMARS = {**_REQUIRED, **_OPTIONAL}
_MEMBERS = {"key", "value"}


def read_headers(listed: Json) -> UnverifiedHeaders:
    """The headers of a list of `{"key": ..., "value": ...}`; raises InvalidRequest."""
    if not isinstance(listed, list):
        raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, "headers")
    headers: dict[str, str] = {}
    for entry in listed:
        name, value = _read_header(entry)
        if name in headers:
            raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, f"{name} twice")
        headers[name] = value
    if SERVER_ID not in headers:
        raise InvalidRequest(Reason.UNSIGNED_HEADERS, f"{SERVER_ID} is missing")
    if missing := _REQUIRED.keys() - headers.keys():
        raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, f"{', '.join(sorted(missing))} missing")
    return headers


def _read_header(entry: Json) -> tuple[str, str]:
    if not isinstance(entry, dict) or entry.keys() != _MEMBERS:
        raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, "a header is no key and value")
    name, value = entry["key"], entry["value"]
    if not isinstance(name, str) or not isinstance(value, str) or (known := name.lower()) not in _GRAMMARS:
        raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, "a header that is not spoken here")
    if not _GRAMMARS[known](value):
        raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, known)
    return known, value


def check_all_signed(headers: UnverifiedHeaders, authorization: UnverifiedAuthorization) -> None:
    """Raises InvalidRequest unless exactly these headers are said to be signed."""
    if headers.keys() - {AUTHORIZATION} != set(authorization.signed_headers):
        raise InvalidRequest(Reason.UNSIGNED_HEADERS, "SignedHeaders are not the headers")
