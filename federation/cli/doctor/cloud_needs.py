"""What each cloud takes of a foreign issuer's token, as its own documentation says. Data; the checks are beside it."""

from typing import Final

from msgspec import Struct

from federation.cli.cloud_options import Cloud

_HOUR: Final = 3600
_RSA: Final = frozenset({"RS256", "RS384", "RS512"})
_EC: Final = frozenset({"ES256", "ES384", "ES512"})
_PSS: Final = frozenset({"PS256", "PS384", "PS512"})


class Limit(Struct, frozen=True):
    """What a number may be, and where that is said."""

    most: int
    document: str
    least: int = 1


class Needs(Struct, frozen=True):
    """Of one cloud. A limit that no documentation of it names is None."""

    name: str
    document: str
    """Where that is said."""
    algorithms: frozenset[str]
    audience: str
    """What `aud` must be there."""
    subject: Limit | None = None
    """Characters of `sub`."""
    token: Limit | None = None
    """Bytes of the whole token."""
    lifetime: Limit | None = None
    """Seconds from `iat` to `exp`."""
    usual_audience: str | None = None
    """The one that it takes unless it is told another."""
    public: bool = True
    """Whether it reads our discovery document from the open internet."""


_STS_OF_AWS: Final = "docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html"
_STS_OF_GOOGLE: Final = "docs.cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token"
_POOLS_OF_GOOGLE: Final = (
    "docs.cloud.google.com/iam/docs/reference/rest/v1/projects.locations.workloadIdentityPools.providers"
)
_GRAPH: Final = "learn.microsoft.com/graph/api/resources/federatedidentitycredential"

NEEDS: Final[dict[Cloud, Needs]] = {
    Cloud.AWS: Needs(
        name="AWS",
        document=_STS_OF_AWS,
        algorithms=_RSA | _EC,
        subject=Limit(255, _STS_OF_AWS, least=6),
        token=Limit(20_000, _STS_OF_AWS),
        audience="a client id of the IAM OIDC provider",
    ),
    Cloud.GOOGLE: Needs(
        name="Google",
        document=_STS_OF_GOOGLE,
        algorithms=frozenset({"RS256", "ES256"}),
        subject=Limit(127, _POOLS_OF_GOOGLE),
        lifetime=Limit(48 * _HOUR, _STS_OF_GOOGLE),
        audience="an allowed audience of the pool's provider",
    ),
    Cloud.AZURE: Needs(
        name="Entra",
        document="learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations",
        algorithms=frozenset({"RS256"}),
        subject=Limit(600, _GRAPH),
        audience="the audience of the federated credential",
        usual_audience="api://AzureADTokenExchange",
    ),
    Cloud.KUBERNETES: Needs(
        name="Kubernetes",
        document="kubernetes.io/docs/reference/access-authn-authz/authentication/#using-authentication-configuration",
        algorithms=_RSA | _EC | _PSS,
        audience="one of issuer.audiences in the AuthenticationConfiguration",
        public=False,
    ),
    Cloud.VAULT: Needs(
        name="Vault",
        document="developer.hashicorp.com/vault/api-docs/auth/jwt",
        algorithms=_RSA | _EC | _PSS | {"EdDSA"},
        audience="one of the role's bound_audiences",
        public=False,
    ),
}
