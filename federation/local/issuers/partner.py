"""A partner's access token, in the shape of a widespread hosted OIDC provider."""

from federation.local.issuers.claims import ClaimSet

ALGORITHM = "ES256"
LIFETIME = 3600
SUBJECT = "0oa1b2c3d4"


def claims(issuer: str, audience: str, now: int) -> ClaimSet:
    """A service account of the partner's billing department."""
    return {
        "ver": 1,
        "jti": f"AT.{now:x}",
        "iss": issuer,
        "aud": audience,
        "iat": now,
        "exp": now + LIFETIME,
        "cid": SUBJECT,
        "scp": ["billing.sync"],
        "auth_time": now,
        "sub": SUBJECT,
        "department": "billing",
    }
