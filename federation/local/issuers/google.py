"""A Google service account's identity token as the Compute Engine metadata server gives it with `format=full`."""

from federation.local.issuers.claims import ClaimSet

ISSUER = "https://accounts.google.com"
ALGORITHM = "RS256"
LIFETIME = 3600
UNIQUE_ID = "107517467455664443765"


def claims(audience: str, now: int) -> ClaimSet:
    """A service account on a virtual machine."""
    return {
        "iss": ISSUER,
        "aud": audience,
        "azp": UNIQUE_ID,
        "sub": UNIQUE_ID,
        "email": "pipeline@acme-data.iam.gserviceaccount.com",
        "email_verified": True,
        "iat": now,
        "exp": now + LIFETIME,
        "google": {
            "compute_engine": {
                "instance_creation_timestamp": 1552951627,
                "instance_id": "152986662232938449",
                "instance_name": "pipeline-1",
                "project_id": "acme-data",
                "project_number": 739419398126,
                "zone": "europe-west1-b",
            }
        },
    }
