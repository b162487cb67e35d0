"""Google Cloud (extra `google`): a google-auth credential of a workload identity pool.

docs.cloud.google.com/iam/docs/workload-identity-federation-with-other-providers: the token's `aud` must be among the
provider's allowed audiences, which by default is the provider's own name.
"""

# mypy: disallow-untyped-calls=False

from collections.abc import Sequence
from typing import Any

from google.auth import identity_pool
from google.auth.identity_pool import SubjectTokenSupplier

from federation.client.clouds.google_names import SCOPE, STS, impersonation_url, provider_audience
from federation.client.token import FederatedToken
from federation.oauth.identifiers import TokenType


class BridgeTokens(SubjectTokenSupplier):
    """Gives google-auth the bridge's token whenever it asks."""

    def __init__(self, token: FederatedToken) -> None:
        self._token = token.bearer()

    def get_subject_token(self, context: object, request: object) -> str:  # noqa: ARG002 (google-auth's)
        """google-auth's."""
        return self._token.get().access_token


def google_credentials(
    token: FederatedToken,
    provider: str,
    *,
    service_account: str | None = None,
    scopes: Sequence[str] = (SCOPE,),
    sts: str = STS,
) -> identity_pool.Credentials:
    """A credential for any Google client library.

    `provider`: its full name, projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER.
    `service_account`: the address of one to impersonate; None: the pool's principal itself.
    """
    impersonated: dict[str, Any] = (
        {"service_account_impersonation_url": impersonation_url(service_account)} if service_account else {}
    )
    return identity_pool.Credentials(
        audience=provider_audience(provider),
        subject_token_type=TokenType.JWT.value,
        token_url=sts,
        subject_token_supplier=BridgeTokens(token),
        scopes=list(scopes),
        **impersonated,
    )
