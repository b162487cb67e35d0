"""Names and places of Google's that its library and its files share."""

from typing import Final

STS: Final = "https://sts.googleapis.com/v1/token"
SCOPE: Final = "https://www.googleapis.com/auth/cloud-platform"
_IMPERSONATION: Final = (
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{account}:generateAccessToken"
)


def provider_audience(provider: str) -> str:
    """Of projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER, or what is named otherwise."""
    return f"//iam.googleapis.com/{provider}" if provider.startswith("projects/") else provider


def impersonation_url(account: str) -> str:
    """Where an access token of a service account is had."""
    return _IMPERSONATION.format(account=account)
