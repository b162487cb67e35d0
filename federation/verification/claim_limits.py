"""How much a claims set may hold (ATTACKS A19), so that everything after it works on small things."""

from federation.model.json import Json, JsonObject
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason

MAX_CLAIMS = 100
MAX_AUDIENCES = 16
MAX_TEXT = 2 * 1024
"""Bytes in UTF-8, for every string at any depth, names included."""


def check_limits(claims: JsonObject, octets: int) -> None:
    """Raises InvalidRequest where a limit is passed. `octets`: length of the JSON text."""
    if len(claims) > MAX_CLAIMS:
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "more than 100 claims")
    aud = claims.get("aud")
    if isinstance(aud, list) and len(aud) > MAX_AUDIENCES:
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "more than 16 audiences")
    # No string is longer than the text it was written in, and most tokens are short.
    if octets > MAX_TEXT and not _all_short(claims):
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "a string above 2 KiB")


def _all_short(value: Json) -> bool:
    if isinstance(value, str):
        return len(value.encode()) <= MAX_TEXT
    if isinstance(value, dict):
        return all(_all_short(name) and _all_short(member) for name, member in value.items())
    return not isinstance(value, list) or all(_all_short(entry) for entry in value)
