"""What the commands that lead into clouds share: which cloud, and what the other side calls itself."""

from enum import StrEnum
from typing import Annotated

import typer
from msgspec import Struct

from federation.cli.failure import USAGE, Failed


class Cloud(StrEnum):
    """The ways out."""

    AWS = "aws"
    GOOGLE = "google"
    AZURE = "azure"
    KUBERNETES = "kubernetes"
    VAULT = "vault"


RoleArn = Annotated[str | None, typer.Option(metavar="ARN", help="AWS: the role to assume.")]
Region = Annotated[str | None, typer.Option(envvar="AWS_REGION", metavar="NAME", help="AWS: the region.")]
Provider = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Google: the pool's provider, projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/ID.",
    ),
]
ServiceAccount = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Google: one to impersonate.")]
TenantId = Annotated[str | None, typer.Option(metavar="ID", help="Azure: the directory.")]
AzureClientId = Annotated[str | None, typer.Option("--azure-client-id", metavar="ID", help="Azure: the application.")]
Server = Annotated[str | None, typer.Option(metavar="URL", help="Kubernetes: the API server.")]
CertificateAuthority = Annotated[str | None, typer.Option(metavar="FILE", help="Kubernetes: the API server's CA.")]
VaultAddress = Annotated[str | None, typer.Option(envvar="VAULT_ADDR", metavar="URL", help="Vault's address.")]
VaultRole = Annotated[str | None, typer.Option(metavar="NAME", help="Vault: the role to log in as.")]


class OtherSide(Struct, frozen=True):
    """What the cloud calls itself, and what we are to be there; None: not said."""

    role_arn: str | None = None
    region: str | None = None
    provider: str | None = None
    service_account: str | None = None
    tenant_id: str | None = None
    azure_client_id: str | None = None
    server: str | None = None
    authority: str | None = None
    vault_address: str | None = None
    vault_role: str | None = None

    def needed(self, member: str, option: str) -> str:
        """That member; raises Failed where it was not said."""
        value = getattr(self, member)
        if not value:
            raise Failed(f"{option} is missing", f"name it: {option}", code=USAGE)
        return str(value)
