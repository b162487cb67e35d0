"""A Kubernetes pod's projected service account token."""

from federation.local.issuers.claims import ClaimSet

ALGORITHM = "RS256"
LIFETIME = 3607
NAMESPACE = "payments"
SERVICE_ACCOUNT = "settlement"
SERVICE_ACCOUNT_UID = "2d3c1f0a-aaaa-4bbb-8ccc-5e6f7a8b9c0d"


def claims_of(namespace: str, account: str, uid: str, issuer: str, audience: str, now: int) -> ClaimSet:
    """A pod of any service account."""
    pod = {"name": f"{account}-6d5f7c9b8-x2x4q", "uid": "6f5e4d3c-1234-4321-8765-2b1a0f9e8d7c"}
    settlement = claims(issuer, audience, now)
    inside = {**settlement["kubernetes.io"], "namespace": namespace, "pod": pod}
    inside["serviceaccount"] = {"name": account, "uid": uid}
    return {**settlement, "kubernetes.io": inside, "sub": f"system:serviceaccount:{namespace}:{account}"}


def claims(issuer: str, audience: str, now: int) -> ClaimSet:
    """A pod of the settlement service."""
    return {
        "aud": [audience],
        "exp": now + LIFETIME,
        "iat": now,
        "iss": issuer,
        "jti": f"5b0c9d7e-0000-4000-8000-{now:012x}",
        "kubernetes.io": {
            "namespace": NAMESPACE,
            "node": {"name": "node-a", "uid": "0e1d2c3b-dddd-4eee-8fff-4a5b6c7d8e9f"},
            "pod": {"name": "settlement-6d5f7c9b8-x2x4q", "uid": "6f5e4d3c-1234-4321-8765-2b1a0f9e8d7c"},
            "serviceaccount": {"name": SERVICE_ACCOUNT, "uid": SERVICE_ACCOUNT_UID},
            "warnafter": now + 3000,
        },
        "nbf": now,
        "sub": f"system:serviceaccount:{NAMESPACE}:{SERVICE_ACCOUNT}",
    }
