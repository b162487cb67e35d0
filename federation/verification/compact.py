"""JWS compact serialization and JOSE header of a JWT (RFC 7515), read strictly before any library sees them."""

import re
from collections.abc import Set as AbstractSet
from functools import lru_cache
from hashlib import sha256
from typing import ClassVar, TypeGuard

from msgspec import Struct

from federation.model.json import Claims, Json, JsonObject
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.oauth.strict_json import NotStrictJson, parse_object
from federation.value import Redacted
from federation.verification import base64url
from federation.verification.base64url import NotBase64url

MAX_KID = 256

USED = frozenset({"alg", "kid", "typ"})
IGNORED = frozenset({"x5t", "x5t#S256", "pi.atm"})
"""Sent by real issuers (Entra, Keycloak; PingFederate) and never read: the key comes from the issuer's own set."""
NAMED = frozenset(
    {"jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc", "cty", "epk", "p2c", "p2s"} | {"tnk", "ver", "tty"}
)
"""Registered ones, and Salesforce's. Only these are named in the audit record: a name is the sender's text."""


NEVER_IGNORED = frozenset({"crit", "b64", "enc", "jwk"})
"""Refused whatever a document says: they change what was signed, or with which key."""


class HeaderTable(Struct, frozen=True):
    """What the header of one kind of JWT may hold."""

    used: frozenset[str]
    ignored: frozenset[str] = frozenset()
    judged_later: bool = False
    """Whether other members are told, for `check_members` to judge once the issuer is known."""


OF_TOKENS = HeaderTable(USED, IGNORED)
"""An issuer vouches: the key is found among that issuer's, never in the token."""
OF_ISSUERS = HeaderTable(USED, IGNORED, judged_later=True)
"""The same, where an Issuer document may say what its tokens have besides."""
OF_PROOFS = HeaderTable(frozenset({"alg", "jwk", "typ"}))
"""A sender proves to have a key (RFC 9449 section 4.2), which is in the header and nowhere else."""


class UnverifiedHeader(Redacted, Struct, frozen=True):
    """What the sender says about the signature; nothing here is proven."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"jwk"})

    alg: str
    kid: str | None
    typ: str | None
    ignored: frozenset[str] = frozenset()
    """Other members that are there and never read."""
    unjudged: frozenset[str] = frozenset()
    """Members that are refused unless the issuer's document lists them."""
    jwk: JsonObject | None = None
    """The sender's own key: only where the table has it."""


def read_header(header: JsonObject, table: HeaderTable = OF_TOKENS) -> UnverifiedHeader:
    """The members we use; raises InvalidRequest for any member that could change what the token means."""
    others = header.keys() - table.used - table.ignored
    _refuse(others if not table.judged_later else others & _never_ignored(header))
    return UnverifiedHeader(
        alg=_alg(header),
        kid=_kid(header),
        typ=_typ(header),
        ignored=table.ignored & header.keys(),
        unjudged=frozenset(others),
        jwk=_jwk(header),
    )


def check_members(header: UnverifiedHeader, tolerated: frozenset[str] = frozenset()) -> None:
    """Raises InvalidRequest for a member that is neither known nor among those that its issuer's document lists."""
    if header.unjudged:
        _refuse(header.unjudged - tolerated)


def _never_ignored(header: JsonObject) -> frozenset[str]:
    """`zip` changes what the payload is, except for the value by which PingAM says that it does not."""
    return NEVER_IGNORED if header.get("zip") == "NONE" else NEVER_IGNORED | {"zip"}


def _refuse(members: AbstractSet[str]) -> None:
    if members:
        named = sorted(members & NAMED) or ["unknown"]
        raise InvalidRequest(Reason.UNSAFE_TOKEN_HEADER, f"header member: {' '.join(named)}")


def _alg(header: JsonObject) -> str:
    alg = header.get("alg")
    if not isinstance(alg, str):
        raise InvalidRequest(Reason.MALFORMED_TOKEN, "alg")
    return alg


def _kid(header: JsonObject) -> str | None:
    if "kid" not in header:
        return None
    kid = header["kid"]
    if isinstance(kid, str) and len(kid) > MAX_KID:
        raise InvalidRequest(Reason.MALFORMED_TOKEN, f"kid has {len(kid)} characters, the limit is {MAX_KID}")
    if not is_kid(kid):
        raise InvalidRequest(Reason.MALFORMED_TOKEN, "kid")
    return kid


def is_kid(value: object) -> TypeGuard[str]:
    """Text of 1 to 256 printable characters. It is only ever compared: never a path, a URL or a database key."""
    return isinstance(value, str) and 1 <= len(value) <= MAX_KID and value.isprintable()


def _typ(header: JsonObject) -> str | None:
    if "typ" not in header:
        return None
    typ = header["typ"]
    if not isinstance(typ, str):
        raise InvalidRequest(Reason.MALFORMED_TOKEN, "typ")
    return typ


def _jwk(header: JsonObject) -> JsonObject | None:
    if "jwk" not in header:
        return None
    jwk = header["jwk"]
    if not isinstance(jwk, dict):
        raise InvalidRequest(Reason.MALFORMED_TOKEN, "jwk")
    return jwk


MAX_CLAIMS = 100
MAX_AUDIENCES = 16
MAX_TEXT = 2 * 1024
"""Bytes in UTF-8, for every string at any depth, names included."""
_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,64}")


def check_limits(claims: JsonObject, octets: int) -> None:
    """Raises InvalidRequest where a limit is passed. `octets`: length of the JSON text."""
    if len(claims) > MAX_CLAIMS:
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, f"more than {MAX_CLAIMS} claims")
    aud = claims.get("aud")
    if isinstance(aud, list) and len(aud) > MAX_AUDIENCES:
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, f"more than {MAX_AUDIENCES} audiences")
    # No string is longer than the text it was written in, and most tokens are short.
    if octets > MAX_TEXT:
        _check_texts(claims)


def _check_texts(claims: JsonObject) -> None:
    for name, value in claims.items():
        if not (_all_short(name) and _all_short(value)):
            # A name is the sender's text, so only one that looks like one is told.
            told = name if _NAME.fullmatch(name) else "with another name"
            raise InvalidRequest(Reason.MALFORMED_CLAIMS, f"claim {told}: a text in it is above {MAX_TEXT} bytes")


def _all_short(value: Json) -> bool:
    if isinstance(value, str):
        return len(value.encode()) <= MAX_TEXT
    if isinstance(value, dict):
        return all(_all_short(name) and _all_short(member) for name, member in value.items())
    return not isinstance(value, list) or all(_all_short(entry) for entry in value)


MAX_TOKEN = 16 * 1024
MAX_HEADER = 2 * 1024
_SPACE = re.compile(r"\s")
_MAX_HEADER_TEXT = -(-MAX_HEADER * 4 // 3)
_HEADERS = 256
"""How many are remembered: an issuer writes the same one on every token that it signs with one key."""


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
    try:
        unverified_header = _header(header, table)
        claims_text = base64url.decode(payload)
        claims = parse_object(claims_text)
        signed = base64url.decode(signature)
    except (NotBase64url, NotStrictJson) as error:
        raise _malformed(text, str(error)) from None
    check_limits(claims, len(claims_text))
    return UnverifiedJwt(
        unverified_header=unverified_header,
        unverified_claims=claims,
        signing_input=header + b"." + payload,
        signature=signed,
        digest=sha256(claims_text).hexdigest(),
    )


def _segments(text: str) -> tuple[bytes, bytes, bytes]:
    if len(text) > MAX_TOKEN:
        raise InvalidRequest(Reason.TOKEN_TOO_LARGE, "token")
    try:
        header, payload, signature = text.encode("ascii").split(b".")
    except ValueError:
        raise _malformed(text, "not three segments of ASCII") from None
    if len(header) > _MAX_HEADER_TEXT:
        raise InvalidRequest(Reason.TOKEN_TOO_LARGE, "header")
    if not signature:
        raise InvalidRequest(Reason.MALFORMED_TOKEN, "no signature")
    return header, payload, signature


@lru_cache(_HEADERS)
def _header(segment: bytes, table: HeaderTable) -> UnverifiedHeader:
    """What the segment says; a refusal is not remembered."""
    return read_header(parse_object(base64url.decode(segment)), table)


def _malformed(text: str, why: str) -> InvalidRequest:
    return InvalidRequest(Reason.MALFORMED_TOKEN, "has white space" if _SPACE.search(text) else why)
