"""Azure, by azure-identity (extra `azure`): a workload identity or a managed identity.

Entra puts into `aud` what the scope names. `azure:RESOURCE`, or FEDBRIDGE_AZURE_RESOURCE, is the Application ID URI of
the API registration that stands for this bridge (`api://...`, or a client id); by default that URI is the bridge's URL.
"""

from typing import Any

from federation.client.errors import library
from federation.client.identity import Subject
from federation.client.sources.reading import clean
from federation.client.sources.source import Asked, Place, Surroundings
from federation.oauth.identifiers import TokenType

SIGNS = ("AZURE_FEDERATED_TOKEN_FILE", "IDENTITY_ENDPOINT", "MSI_ENDPOINT")
RESOURCE = "FEDBRIDGE_AZURE_RESOURCE"
_AZURE_CHASSIS = "7783-7084-3265-9085-8269-3286-77"
"""The asset tag of every machine of Azure's (cloud-init's data source for Azure goes by it)."""


def _absent(around: Surroundings) -> str | None:
    return None if any(map(around.has, SIGNS)) else f"none of {', '.join(SIGNS)} is set"


def _on_machine(around: Surroundings) -> bool:
    return around.text("/sys/class/dmi/id/chassis_asset_tag") == _AZURE_CHASSIS


def _subject(asked: Asked) -> Subject:
    token = _credential(asked).get_token(scope_for(asked)).token
    return Subject(clean(str(token), "azure", "Azure's answer"), TokenType.ACCESS_TOKEN)


def scope_for(asked: Asked) -> str:
    """The scope that yields a token with that `aud`."""
    resource = asked.argument or asked.variable(RESOURCE) or asked.audience
    return f"{resource.rstrip('/')}/.default"


def _credential(asked: Asked) -> Any:  # noqa: ANN401 (the library's)
    identity = library("azure.identity", "the source azure", "azure")
    if asked.around.has("AZURE_FEDERATED_TOKEN_FILE"):
        return identity.WorkloadIdentityCredential()
    client_id = asked.variable("AZURE_CLIENT_ID") or None
    return identity.ManagedIdentityCredential(client_id=client_id)


PLACE = Place("azure", _absent, _subject, "RESOURCE", machine=_on_machine)
