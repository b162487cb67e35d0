"""Azure (extra `azure`): an azure-identity credential of an application that trusts the bridge.

learn.microsoft.com/entra/workload-id/workload-identity-federation: the token's `iss`, `sub` and `aud` must be those of
the federated credential, case included; its usual `aud` is api://AzureADTokenExchange.
"""

from typing import Any

from azure.identity import ClientAssertionCredential

from federation.client.token import FederatedToken


def azure_credential(
    token: FederatedToken,
    tenant_id: str,
    client_id: str,
    **options: Any,  # noqa: ANN401 (azure-identity's own)
) -> ClientAssertionCredential:
    """A credential for any Azure client library. `options`: azure-identity's, as `authority`."""
    unbound = token.bearer()
    return ClientAssertionCredential(tenant_id, client_id, lambda: unbound.get().access_token, **options)
