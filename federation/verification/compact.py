"""JWS compact serialization (RFC 7515 section 7.1) of a JWT, read strictly before any library sees it.

JOSE libraries accept duplicate members, padding, byte order marks, lone surrogates, keys in headers and more. What two
readers could read differently is refused here, so the bytes that are verified are the values that are used.
"""

from hashlib import sha256
from typing import ClassVar

from msgspec import Struct

from federation.model.json import Claims, Json
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.oauth.strict_json import NotStrictJson, parse_object
from federation.value import Redacted
from federation.verification import base64url
from federation.verification.base64url import NotBase64url
from federation.verification.claim_limits import check_limits
from federation.verification.header import OF_TOKENS, HeaderTable, UnverifiedHeader, read_header

MAX_TOKEN = 16 * 1024
MAX_HEADER = 2 * 1024
_MAX_HEADER_TEXT = -(-MAX_HEADER * 4 // 3)


class UnverifiedJwt(Redacted, Struct, frozen=True):
    """A well-formed token of which nothing is proven yet."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"unverified_claims", "signing_input", "signature"})

    unverified_header: UnverifiedHeader
    unverified_claims: Claims
    signing_input: bytes
    signature: bytes
    digest: str
    """SHA-256 (hex) of the claims' bytes: the same for both texts that one ECDSA signature has (ATTACKS A13)."""


def parse_compact(text: str, table: HeaderTable = OF_TOKENS) -> UnverifiedJwt:
    """The token that `text` is; raises InvalidRequest for anything else. Work is linear in at most 16 KiB.

    `table`: what the header of such a token may hold.
    """
    header, payload, signature = _segments(text)
    unverified_header = read_header(_parse(_decode(header)), table)
    claims_text = _decode(payload)
    claims = _parse(claims_text)
    check_limits(claims, len(claims_text))
    return UnverifiedJwt(
        unverified_header=unverified_header,
        unverified_claims=claims,
        signing_input=header + b"." + payload,
        signature=_decode(signature),
        digest=sha256(claims_text).hexdigest(),
    )


def _segments(text: str) -> tuple[bytes, bytes, bytes]:
    if len(text) > MAX_TOKEN:
        raise InvalidRequest(Reason.TOKEN_TOO_LARGE, "token")
    try:
        header, payload, signature = text.encode("ascii").split(b".")
    except ValueError:
        raise InvalidRequest(Reason.MALFORMED_TOKEN, "not three segments of ASCII") from None
    if len(header) > _MAX_HEADER_TEXT:
        raise InvalidRequest(Reason.TOKEN_TOO_LARGE, "header")
    if not signature:
        raise InvalidRequest(Reason.MALFORMED_TOKEN, "no signature")
    return header, payload, signature


def _decode(segment: bytes) -> bytes:
    try:
        return base64url.decode(segment)
    except NotBase64url as error:
        raise InvalidRequest(Reason.MALFORMED_TOKEN, str(error)) from None


def _parse(data: bytes) -> dict[str, Json]:
    try:
        return parse_object(data)
    except NotStrictJson as error:
        raise InvalidRequest(Reason.MALFORMED_TOKEN, str(error)) from None
