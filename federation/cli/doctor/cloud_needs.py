"""What each cloud takes of a foreign issuer's token, as its own documentation says. Data; the checks are beside it."""

from typing import Final

from msgspec import Struct

from federation.cli.cloud_options import Cloud

_HOUR: Final = 3600
_RSA: Final = frozenset({"RS256", "RS384", "RS512"})
_EC: Final = frozenset({"ES256", "ES384", "ES512"})
_PSS: Final = frozenset({"PS256", "PS384", "PS512"})


class Needs(Struct, frozen=True):
    """Of one cloud."""

    name: str
    document: str
    """Where that is said."""
    algorithms: frozenset[str]
    most_subject: int
    """Characters of `sub`."""
    most_token: int
    """Bytes of the whole token."""
    most_lifetime: int
    """Seconds from `iat` to `exp`."""
    audience: str
    """What `aud` must be there."""
    usual_audience: str | None = None
    """The one that it takes unless it is told another."""
    public: bool = True
    """Whether it reads our discovery document from the open internet."""


NEEDS: Final[dict[Cloud, Needs]] = {
    Cloud.AWS: Needs(
        name="AWS",
        document="docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html",
        algorithms=_RSA | _EC,
        most_subject=255,
        most_token=20_000,
        most_lifetime=24 * _HOUR,
        audience="a client id of the IAM OIDC provider",
    ),
    Cloud.GOOGLE: Needs(
        name="Google",
        document="docs.cloud.google.com/iam/docs/workload-identity-federation-with-other-providers",
        algorithms=frozenset({"RS256", "ES256"}),
        most_subject=127,
        most_token=16 * 1024,
        most_lifetime=24 * _HOUR,
        audience="an allowed audience of the pool's provider",
    ),
    Cloud.AZURE: Needs(
        name="Entra",
        document="learn.microsoft.com/graph/api/resources/federatedidentitycredential",
        algorithms=frozenset({"RS256"}),
        most_subject=600,
        most_token=16 * 1024,
        most_lifetime=24 * _HOUR,
        audience="the audience of the federated credential",
        usual_audience="api://AzureADTokenExchange",
    ),
    Cloud.KUBERNETES: Needs(
        name="Kubernetes",
        document="kubernetes.io/docs/reference/access-authn-authz/authentication/#using-authentication-configuration",
        algorithms=_RSA | _EC | _PSS,
        most_subject=1024,
        most_token=8 * 1024,
        most_lifetime=24 * _HOUR,
        audience="one of issuer.audiences in the AuthenticationConfiguration",
        public=False,
    ),
    Cloud.VAULT: Needs(
        name="Vault",
        document="developer.hashicorp.com/vault/docs/auth/jwt",
        algorithms=_RSA | _EC | _PSS | {"EdDSA"},
        most_subject=1024,
        most_token=8 * 1024,
        most_lifetime=24 * _HOUR,
        audience="one of the role's bound_audiences",
        public=False,
    ),
}
