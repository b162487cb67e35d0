"""Claims of a client's assertion that has been verified (RFC 7523 section 3, draft-ietf-oauth-rfc7523bis)."""

from federation.model.json import Claims
from federation.model.one_time import OneTimeUse, Purpose
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.numeric_date import numeric_date

MAX_LIFETIME = 300
"""Seconds (ATTACKS L3)."""
SKEW = 10
"""Seconds by which a client's clock may be ahead of ours (FAPI 2.0 Security Profile section 5.3.2.1)."""
MAX_JTI = 256


def check_assertion(claims: Claims, client_id: str, audience: str, now: float) -> OneTimeUse:
    """The one time that the assertion may be used; raises InvalidRequest. `audience`: our issuer URL."""
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "iss and sub are not the client")
    # One text: with an array, or with the URL of an endpoint, it could be another server's to replay (ATTACKS L1).
    if claims.get("aud") != audience:
        raise InvalidRequest(Reason.WRONG_AUDIENCE, "aud is not our issuer URL alone")
    expires_at = _check_times(claims, now)
    return OneTimeUse(Purpose.CLIENT_ASSERTION, (client_id, read_jti(claims)), expires_at + SKEW)


def _check_times(claims: Claims, now: float) -> int:
    expires_at, issued_at, not_before = (numeric_date(claims, name) for name in ("exp", "iat", "nbf"))
    if expires_at is None or expires_at <= now:
        raise InvalidRequest(Reason.TOKEN_EXPIRED, "exp is missing or past")
    if max(issued_at or 0, not_before or 0) > now + SKEW:
        raise InvalidRequest(Reason.TOKEN_NOT_YET_VALID, "iat or nbf")
    if expires_at - (now if issued_at is None else issued_at) > MAX_LIFETIME:
        raise InvalidRequest(Reason.TOKEN_LIVES_TOO_LONG, f"more than {MAX_LIFETIME} seconds")
    return expires_at


def read_jti(claims: Claims) -> str:
    """What makes the assertion this one and no other."""
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 1 <= len(jti) <= MAX_JTI or not jti.isprintable():
        raise InvalidRequest(Reason.MALFORMED_CLAIMS, "jti")
    return jti
