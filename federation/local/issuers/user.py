"""A person's access token for one application (RFC 9068), from the company's identity provider."""

from federation.local.issuers.claims import ClaimSet

ALGORITHM = "ES256"
LIFETIME = 600
SUBJECT = "24400320"
CLIENT = "assistant"
SIGNED_IN_AGO = 900
"""Seconds."""


def claims(issuer: str, audience: str, now: int) -> ClaimSet:
    """A person who signed in to the assistant with a second factor."""
    return {
        "iss": issuer,
        "sub": SUBJECT,
        "aud": audience,
        "iat": now,
        "exp": now + LIFETIME,
        "jti": f"AT.{now:x}",
        "client_id": CLIENT,
        "scope": "openid profile",
        "auth_time": now - SIGNED_IN_AGO,
        "acr": "urn:example:loa:2",
        "amr": ["pwd", "otp"],
    }
