"""An Azure managed identity's access token, from the v1 and from the v2 endpoint."""

from federation.local.issuers.claims import ClaimSet

ALGORITHM = "RS256"
LIFETIME = 86_400
TENANT = "4c1e9a20-5b6d-4f3a-8e21-90d7c3a1b2e4"
OBJECT_ID = "7d9a3f52-1111-4222-8333-9c5a0e6b7d21"
CLIENT_ID = "3f5e9c1a-4444-4555-8666-1b2c3d4e5f60"
RESOURCE = (
    "/subscriptions/9b8c7d6e-7777-4888-8999-0a1b2c3d4e5f/resourcegroups/acme-prod"
    "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/reporting"
)
ISSUER_V1 = f"https://sts.windows.net/{TENANT}/"
ISSUER_V2 = f"https://login.microsoftonline.com/{TENANT}/v2.0"


def claims_v1(audience: str, now: int) -> ClaimSet:
    """As the instance metadata service hands it out: `iss` is sts.windows.net."""
    return {
        **_shared(audience, now),
        "iss": ISSUER_V1,
        "appid": CLIENT_ID,
        "appidacr": "2",
        "idp": ISSUER_V1,
        "ver": "1.0",
    }


def claims_v2(audience: str, now: int) -> ClaimSet:
    """For an API whose registration asks for v2 tokens."""
    return {
        **_shared(audience, now),
        "iss": ISSUER_V2,
        "azp": CLIENT_ID,
        "azpacr": "2",
        "ver": "2.0",
    }


def _shared(audience: str, now: int) -> ClaimSet:
    return {
        "aud": audience,
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME,
        "aio": "k2RgYHjyVIbhqpcCGwA=",
        "idtyp": "app",
        "oid": OBJECT_ID,
        "rh": "1.AXoAv4j5cvGGr0GRqy180BHbR0.",
        "sub": OBJECT_ID,
        "tid": TENANT,
        "uti": f"uti-{now:x}",
        "xms_ftd": "YWNtZQ",
        "xms_idrel": "7 20",
        "xms_mirid": RESOURCE,
        "xms_rd": "0.42LlYBRi",
    }
