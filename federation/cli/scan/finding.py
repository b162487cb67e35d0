"""What a scan finds: where a long-lived secret is, never what it says; and what would replace it."""

from enum import StrEnum
from typing import Final

from msgspec import Struct


class Kind(StrEnum):
    """Kinds of secrets that an exchange replaces. The values are part of what machines read."""

    AWS_KEY = "aws-key"
    GOOGLE_KEY = "google-key"
    AZURE_SECRET = "azure-secret"
    KUBERNETES_TOKEN = "kubernetes-token"
    VAULT_TOKEN = "vault-token"
    NPM_TOKEN = "npm-token"
    REGISTRY_PASSWORD = "registry-password"
    PRIVATE_KEY = "private-key"


class WayOut(Struct, frozen=True):
    """How the token of the bridge gets to where the secret led."""

    audience: str
    """Id of the Audience document."""
    how: str


WAYS: Final[dict[Kind, WayOut]] = {
    Kind.AWS_KEY: WayOut("aws", "fedbridge exec --cloud aws, or aws_session(); infra/trust/aws.yaml"),
    Kind.GOOGLE_KEY: WayOut("google", "fedbridge exec --cloud google, or google_credentials(); infra/trust/google.tf"),
    Kind.AZURE_SECRET: WayOut("azure", "fedbridge exec --cloud azure, or azure_credential(); infra/trust/entra.bicep"),
    Kind.KUBERNETES_TOKEN: WayOut("kubernetes", "fedbridge credential-config kubernetes; infra/trust/kubernetes.yaml"),
    Kind.VAULT_TOKEN: WayOut("vault", "fedbridge exec --cloud vault, or vault_login(); infra/trust/vault.sh"),
    Kind.NPM_TOKEN: WayOut("npm", "the registry's own trusted publishing, or a token of the bridge that it verifies"),
    Kind.REGISTRY_PASSWORD: WayOut("registry", "the cloud's own login, by fedbridge exec --cloud"),
    Kind.PRIVATE_KEY: WayOut("internal", "FederatedToken(bridge, audience), bound to a key in memory"),
}


class Finding(Struct, frozen=True, order=True):
    """One secret, or one name of one."""

    file: str
    line: int
    """0: the file as a whole."""
    kind: Kind
    name: str
    """What it is called there, as a variable or a member; empty: it has no name."""
    provider: str
    """Whose identity would take its place: a value of `provider:` in an Issuer document."""

    @property
    def members(self) -> dict[str, str | int]:
        """As machines read it."""
        way = WAYS[self.kind]
        return {
            "file": self.file,
            "line": self.line,
            "kind": self.kind.value,
            "name": self.name,
            "provider": self.provider,
            "audience": way.audience,
            "way_out": way.how,
        }
