"""Claims and who vouches for them, before any of them is checked."""

from msgspec import Struct

from federation.model.json import Claims, Json
from federation.model.trust import Issuer, IssuerKeys
from federation.verification.compact import UnverifiedJwt
from federation.verification.own_tokens import SELF

A_WHILE = 3600
"""Seconds that a token is taken to live whose claims do not say."""
CHECKED = "checked"
NOT_CHECKED = "not checked"
NONE_TO_CHECK = "none: bare claims are taken as proven"


class Selected(Struct, frozen=True):
    """Claims, and who vouches for them."""

    issuer: Issuer
    claims: Claims
    signature: str
    assumed: tuple[str, ...] = ()
    """Claims that nobody gave."""
    jwt: UnverifiedJwt | None = None
    ours: bool = False
    by_connection: bool = False
    """Proven otherwise than by a JWT, so that no table says what must be in it."""


def assuming(issuer: Issuer, claims: Claims, own_issuer: str, now: int) -> Selected:
    """Bare claims of an issuer, with what they lack."""
    issued_at = claims.get("iat", now)
    lasts_until = issued_at + issuer.max_token_age if isinstance(issued_at, int) else now
    usual: dict[str, Json] = {
        "iss": issuer.issuer,
        "aud": (issuer.audiences or (own_issuer,))[0],
        "iat": now,
        "exp": min(now + A_WHILE, lasts_until),
        **({"jti": "assumed"} if issuer.single_use else {}),
        **({"auth_time": now} if issuer.max_auth_age is not None else {}),
    }
    assumed = tuple(name for name in usual if name not in claims)
    elsewhere = bool(issuer.keys.certificates) or issuer.keys.caller_identity
    return Selected(issuer, {**usual, **claims}, NONE_TO_CHECK, assumed, by_connection=elsewhere)


def ours(url: str, claims: Claims, now: int) -> Selected:
    """Bare claims of a token of ours, with what they lack; `url` is ours."""
    usual: dict[str, Json] = {
        "iat": now,
        "exp": now + A_WHILE,
        "jti": "assumed",
        "aud": "assumed",
        "txn": "assumed",
        "client_id": claims.get("sub"),
    }
    assumed = tuple(name for name in usual if name not in claims)
    return Selected(ourselves(url), {**usual, **claims}, NONE_TO_CHECK, assumed, ours=True)


def ourselves(url: str) -> Issuer:
    """We as an issuer: no document lies behind it."""
    return Issuer(SELF, 0, SELF, url, audiences=(), keys=IssuerKeys(), algorithms=(), max_token_age=0)
