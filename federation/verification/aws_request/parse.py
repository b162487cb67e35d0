"""The subject token: a signed request as URL-encoded JSON, read strictly, and written anew for AWS."""

import re
from collections.abc import Callable
from collections.abc import Mapping as ReadOnly
from datetime import UTC, datetime
from hashlib import sha256
from typing import ClassVar, TypeAlias
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from federation.model.json import Json, JsonObject
from federation.model.trust import Issuer
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.oauth.strict_json import NotStrictJson, parse_object
from federation.ports import CallerIdentityRequest
from federation.value import Redacted

ALGORITHM = "AWS4-HMAC-SHA256"
MAX_AUTHORIZATION = 1024

_AUTHORIZATION = re.compile(
    rf"{ALGORITHM} Credential=(?P<key>[A-Z0-9]{{16,128}})/(?P<date>[0-9]{{8}})/(?P<region>[a-z0-9-]{{1,32}})"
    r"/sts/aws4_request, ?SignedHeaders=(?P<signed>[a-z0-9-]+(?:;[a-z0-9-]+)*), ?Signature=(?P<signature>[0-9a-f]{64})"
)
_TEMPORARY = "ASIA"
"""How the key ids of temporary credentials begin (IAM user guide, Unique identifiers)."""


class UnverifiedAuthorization(Redacted, Struct, frozen=True):
    """Who claims to have signed what, of which nothing is proven yet."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"signature"})

    access_key_id: str
    date: str
    """YYYYMMDD, as in the credential scope."""
    region: str
    signed_headers: tuple[str, ...]
    signature: str

    @property
    def text(self) -> str:
        """The header, written anew."""
        return (
            f"{ALGORITHM} Credential={self.access_key_id}/{self.date}/{self.region}/sts/aws4_request, "
            f"SignedHeaders={';'.join(self.signed_headers)}, Signature={self.signature}"
        )


def read_authorization(text: str) -> UnverifiedAuthorization:
    """The fields of the header; raises InvalidRequest for another form, service or algorithm, and for lasting keys."""
    fields = _AUTHORIZATION.fullmatch(text) if len(text) <= MAX_AUTHORIZATION else None
    if fields is None:
        raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, "Authorization")
    if not fields["key"].startswith(_TEMPORARY):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "signed with the lasting keys of a user or of the root")
    signed = tuple(fields["signed"].split(";"))
    if list(signed) != sorted(set(signed)):
        raise InvalidRequest(Reason.MALFORMED_AWS_REQUEST, "SignedHeaders")
    return UnverifiedAuthorization(fields["key"], fields["date"], fields["region"], signed, fields["signature"])


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


_REQUIRED_HEADERS: ReadOnly[str, Callable[[str], bool]] = {
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
_GRAMMARS = {**_REQUIRED_HEADERS, **_OPTIONAL}
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
    if missing := _REQUIRED_HEADERS.keys() - headers.keys():
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


MAX_TOKEN = 16 * 1024

_URL_ENCODED = re.compile(r"(?:[A-Za-z0-9_.~!'()*/-]|%[0-9A-Fa-f]{2})+")
_ENDPOINT = re.compile(r"(?P<endpoint>https?://(?P<host>[a-z0-9.:-]+))/?")
_REQUIRED = {"url", "method", "headers"}
_REQUEST_MEMBERS = _REQUIRED | {"body"}


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
    if not members.keys() >= _REQUIRED or not members.keys() <= _REQUEST_MEMBERS:
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


_IN_ORDER = (CONTENT_TYPE, CONTENT_SHA256, DATE, SECURITY_TOKEN, SERVER_ID)


def rebuild(request: UnverifiedRequest, issuer: Issuer) -> CallerIdentityRequest:
    """The same request, addressed to the endpoint that the trust document names."""
    signed = tuple((name, request.headers[name]) for name in _IN_ORDER if name in request.headers)
    return CallerIdentityRequest(
        endpoint=issuer.issuer,
        headers=(*signed, (AUTHORIZATION, request.authorization.text)),
        body=BODY.encode(),
    )
