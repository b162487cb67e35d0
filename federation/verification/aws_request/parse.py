"""The subject token: a signed request as URL-encoded JSON, read strictly.

The form is the one that Google's STS takes (docs.cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token):
`{"url": ..., "method": ..., "headers": [{"key": ..., "value": ...}], "body": ...}`. Of its freedoms one is left: a POST
to the path `/`, whose fixed body may be left out.
"""

import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import ClassVar
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from federation.model.json import Json, JsonObject
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.oauth.strict_json import NotStrictJson, parse_object
from federation.value import Redacted
from federation.verification.aws_request.authorization import UnverifiedAuthorization, read_authorization
from federation.verification.aws_request.headers import (
    AUTHORIZATION,
    BODY,
    DATE,
    SERVER_ID,
    UnverifiedHeaders,
    check_all_signed,
    read_headers,
)

MAX_TOKEN = 16 * 1024

_URL_ENCODED = re.compile(r"(?:[A-Za-z0-9_.~!'()*/-]|%[0-9A-Fa-f]{2})+")
_ENDPOINT = re.compile(r"(?P<endpoint>https?://(?P<host>[a-z0-9.:-]+))/?")
_REQUIRED = {"url", "method", "headers"}
_MEMBERS = _REQUIRED | {"body"}


class UnverifiedRequest(Redacted, Struct, frozen=True):
    """A well-formed signed request of which nothing is proven yet."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"headers"})

    endpoint: str
    """Scheme and host: whose endpoint it was signed for, and so whom it names as issuer."""
    signed_at: int
    """Seconds since the epoch."""
    headers: UnverifiedHeaders
    authorization: UnverifiedAuthorization

    @property
    def server_id(self) -> str:
        """Whom it was signed for beside AWS."""
        return self.headers[SERVER_ID]

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the signature: names the request without being it, however its text is bent."""
        return sha256(self.authorization.signature.encode()).hexdigest()


def parse_request(token: str) -> UnverifiedRequest:
    """The request that the token's text is; raises InvalidRequest for anything else."""
    members = _decode(token)
    if not members.keys() >= _REQUIRED or not members.keys() <= _MEMBERS:
        raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, "members")
    if members["method"] != "POST" or members.get("body", BODY) != BODY:
        raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, "not a POST of GetCallerIdentity")
    headers = read_headers(members["headers"])
    authorization = read_authorization(headers[AUTHORIZATION])
    check_all_signed(headers, authorization)
    return UnverifiedRequest(
        endpoint=_endpoint(members["url"], headers["host"]),
        signed_at=_signed_at(headers[DATE], authorization),
        headers=headers,
        authorization=authorization,
    )


def _decode(token: str) -> JsonObject:
    if len(token) > MAX_TOKEN:
        raise InvalidRequest(Reason.TOKEN_TOO_LARGE, "token")
    if not _URL_ENCODED.fullmatch(token):
        raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, "not URL-encoded")
    try:
        return parse_object(unquote_to_bytes(token))
    except NotStrictJson as error:
        raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, str(error)) from None


def _endpoint(url: Json, host: str) -> str:
    """A query is refused whatever it says: which of two Actions counts is not for two readers to decide."""
    parts = _ENDPOINT.fullmatch(url) if isinstance(url, str) else None
    if parts is None:
        raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, "url is more than a scheme and a host")
    if parts["host"] != host:
        raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, "host is not the one of url")
    return parts["endpoint"]


def _signed_at(date: str, authorization: UnverifiedAuthorization) -> int:
    if not date.startswith(authorization.date):
        raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, "x-amz-date is not in the credential scope")
    try:
        return int(datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp())
    except ValueError:
        raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, "x-amz-date") from None
