"""Registered claims and a provider's own (RFC 7519 section 4.1): valid now, and of the form that is documented."""

from math import inf
from typing import TypeGuard
from unicodedata import is_normalized

from msgspec import Struct

from federation.model.json import Claims, Json
from federation.model.tokens import SKEW
from federation.model.trust import Issuer
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason

_MILLISECONDS = 10**11
"""As seconds, the year 5138; as milliseconds, 1973."""
_NUMBERS = (int, float)


def numeric_date(claims: Claims, name: str) -> int | None:
    """The claim in whole seconds, its fraction left out; None: it is absent, as for null. Raises InvalidRequest."""
    value = claims.get(name)
    if value is None or (type(value) is int and 0 <= value < _MILLISECONDS):
        return value
    if not is_numeric_date(value):
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, name)
    if value >= _MILLISECONDS:
        raise InvalidRequest(Reason.TIME_IN_MILLISECONDS, f"{name} is in milliseconds")
    return int(value)


def is_numeric_date(value: Json) -> TypeGuard[int | float]:
    """Seconds since the epoch, as a number; a fraction is allowed."""
    return type(value) in _NUMBERS and 0 <= value < inf  # type: ignore[operator]  # a bool is of a type of its own


MAX_SUBJECT = 2048
"""Characters: as many as a SPIFFE ID has (SPIFFE-ID section 2.3). CI jobs tell more than 255 of themselves."""


def read_subject(claims: Claims) -> str:
    """The token's `sub`; raises InvalidRequest."""
    sub = claims.get("sub")
    if not isinstance(sub, str):
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "sub")
    if len(sub) > MAX_SUBJECT:
        raise InvalidRequest(Reason.MALFORMED_SUBJECT, f"sub has {len(sub)} characters, the limit is {MAX_SUBJECT}")
    if not sub or not _is_plain(sub):
        raise InvalidRequest(Reason.MALFORMED_SUBJECT, "sub has unsafe characters" if sub else "sub is empty")
    return sub


def _is_plain(sub: str) -> bool:
    """Not printable: controls, surrogates, and the format characters that reorder or hide text."""
    return sub.isprintable() and sub == sub.strip() and (sub.isascii() or is_normalized("NFC", sub))


MAX_JTI = 256


class Times(Struct, frozen=True):
    """When a token was issued and until when it holds: seconds since the epoch."""

    issued_at: int
    """Where the token does not say, the earliest that it can have been: what is revoked or too old stays so."""
    expires_at: int


def check_times(claims: Claims, issuer: Issuer, now: float) -> Times:
    """The token's times, if it is valid at `now` and lives no longer than its issuer may say; else InvalidRequest."""
    expires_at = numeric_date(claims, "exp")
    if expires_at is None:
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "exp is missing")
    not_before, issued_at = numeric_date(claims, "nbf"), numeric_date(claims, "iat")
    if expires_at < now - SKEW:
        raise InvalidRequest(Reason.TOKEN_EXPIRED, f"{int(now - expires_at)} seconds ago")
    if max(not_before or 0, issued_at or 0) > now + SKEW:
        raise InvalidRequest(Reason.TOKEN_NOT_YET_VALID)
    _check_lifetime(expires_at, issued_at, issuer.max_token_age, now)
    return Times(expires_at - issuer.max_token_age if issued_at is None else issued_at, expires_at)


def _check_lifetime(expires_at: int, issued_at: int | None, max_age: int, now: float) -> None:
    """Bounds the age as well: what has not expired and lives no longer than `max_age` cannot be older than it."""
    # Without iat the age is unknown; what is left of the lifetime bounds it from one side at least.
    lifetime = expires_at - (now if issued_at is None else issued_at)
    if lifetime > max_age:
        raise InvalidRequest(Reason.TOKEN_LIVES_TOO_LONG, f"{int(lifetime)} s; max_token_age is {max_age} s")


def check_authentication_age(claims: Claims, issuer: Issuer, now: float) -> None:
    """Raises InvalidRequest unless the person signed in lately enough (OpenID Connect Core 1.0 section 2)."""
    if issuer.max_auth_age is None:
        return
    seen_at = numeric_date(claims, "auth_time")
    if seen_at is None or seen_at > now + SKEW:
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "auth_time is missing or in the future")
    if now - seen_at > issuer.max_auth_age + SKEW:
        raise InvalidRequest(Reason.AUTHENTICATION_TOO_OLD, f"{int(now - seen_at)} seconds ago")


def check_jti(claims: Claims, issuer: Issuer) -> bool:
    """Whether `jti` has its form, or is absent; raises InvalidRequest where its issuer's tokens are accepted once.

    Elsewhere nothing reads it, and issuers write numbers.
    """
    jti = claims.get("jti")
    is_id = isinstance(jti, str) and 1 <= len(jti) <= MAX_JTI
    if issuer.single_use and not is_id:
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "jti")
    return is_id or jti is None
