"""NumericDate (RFC 7519 section 2): seconds since 1970, which may have a fraction."""

from math import floor, isfinite
from typing import TypeGuard

from federation.model.json import Claims, Json
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason

_MILLISECONDS = 10**11
"""As seconds, the year 5138; as milliseconds, 1973."""


def numeric_date(claims: Claims, name: str) -> int | None:
    """The claim in whole seconds, its fraction left out; None: it is absent, as for null. Raises InvalidRequest."""
    value = claims.get(name)
    if value is None:
        return None
    if not is_numeric_date(value):
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, name)
    if value >= _MILLISECONDS:
        raise InvalidRequest(Reason.TIME_IN_MILLISECONDS, f"{name} is in milliseconds")
    return floor(value)


def is_numeric_date(value: Json) -> TypeGuard[int | float]:
    """Seconds since the epoch, as a number; a fraction is allowed."""
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value) and value >= 0
