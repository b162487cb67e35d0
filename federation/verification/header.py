"""The JOSE header of a JWT (RFC 7515 section 4), by allow-list: one table for each purpose."""

from typing import ClassVar, TypeGuard

from msgspec import Struct

from federation.model.json import JsonObject
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.value import Redacted

MAX_KID = 256

USED = frozenset({"alg", "kid", "typ"})
IGNORED = frozenset({"x5t", "x5t#S256", "pi.atm"})
"""Sent by real issuers (Entra, Keycloak; PingFederate) and never read: the key comes from the issuer's own set."""
NAMED = frozenset({"jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc", "cty", "epk", "p2c", "p2s"})
"""Refused like any other unknown member; only these are named in the audit record: a name is the sender's text."""


class HeaderTable(Struct, frozen=True):
    """What the header of one kind of JWT may hold."""

    used: frozenset[str]
    ignored: frozenset[str] = frozenset()


OF_TOKENS = HeaderTable(USED, IGNORED)
"""Somebody vouches: the key is found among that issuer's, never in the token."""
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
    jwk: JsonObject | None = None
    """The sender's own key: only where the table has it."""


def read_header(header: JsonObject, table: HeaderTable = OF_TOKENS) -> UnverifiedHeader:
    """The members we use; raises InvalidRequest for any member that could change what the token means."""
    if foreign := header.keys() - table.used - table.ignored:
        named = sorted(foreign & NAMED) or ["unknown"]
        raise InvalidRequest(Reason.UNSAFE_TOKEN_HEADER, f"header member: {' '.join(named)}")
    return UnverifiedHeader(
        alg=_alg(header),
        kid=_kid(header),
        typ=_typ(header),
        ignored=table.ignored & header.keys(),
        jwk=_jwk(header),
    )


def _alg(header: JsonObject) -> str:
    alg = header.get("alg")
    if not isinstance(alg, str):
        raise InvalidRequest(Reason.MALFORMED_TOKEN, "alg")
    return alg


def _kid(header: JsonObject) -> str | None:
    if "kid" not in header:
        return None
    kid = header["kid"]
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
