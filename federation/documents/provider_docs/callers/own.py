"""How an identity of each provider gets the token that it brings to the bridge. Data; the languages are beside it."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from msgspec import Struct

from federation.oauth.identifiers import TokenType

BRIDGE: Final = "https://federation.example.com"


class Variable(Struct, frozen=True):
    """The job finds it in its environment."""

    name: str


class File(Struct, frozen=True):
    """Something on the machine keeps it there, and replaces it."""

    path: str


class Command(Struct, frozen=True):
    """The platform's own program prints it."""

    words: tuple[str, ...]


class Asked(Struct, frozen=True):
    """A service of the platform answers with it. `{NAME}` is a variable of the environment."""

    method: str
    url: str
    header: tuple[str, str]
    member: str = ""
    """Of the JSON object that it answers with; empty: the answer is the token."""


class Certificate(Struct, frozen=True):
    """There is none: the TLS client certificate says who it is."""

    certificate: str
    key: str


How: TypeAlias = Variable | File | Command | Asked | Certificate


class Own(Struct, frozen=True):
    """Of one provider."""

    source: str
    """As `federation.client` names it (docs/callers.md)."""
    setup: str
    """What must be done once, in Markdown."""
    how: How
    type: TokenType = TokenType.JWT
    extra: str = ""
    """Of our package, which the source needs."""


_RUNNER = Asked(
    "GET",
    f"{{ACTIONS_ID_TOKEN_REQUEST_URL}}&audience={BRIDGE}",
    ("Authorization", "Bearer {ACTIONS_ID_TOKEN_REQUEST_TOKEN}"),
    "value",
)

_OF_BUILDKITE = f"buildkite-agent oidc request-token --audience {BRIDGE} --claim organization_id,pipeline_id"
_OF_AWS = (
    f"aws sts get-web-identity-token --audience {BRIDGE} --signing-algorithm ES384 --duration-seconds 300"
    " --query WebIdentityToken --output text"
)

ANY: Final = Own(
    "file:own.jwt", "Its issuer gives it a token whose `aud` is the bridge's; here it lies in a file.", File("own.jwt")
)
"""For a provider of which nothing else is said."""

OWN: Final[Mapping[str, Own]] = {
    "aws": Own(
        "aws",
        "Switch outbound identity federation on for the account (`aws iam enable-outbound-web-identity-federation`), "
        "and allow the role `sts:GetWebIdentityToken`. Without either, `aws:caller-identity` signs a request instead.",
        Command(tuple(_OF_AWS.split())),
        extra="aws",
    ),
    "azure-pipelines": Own(
        "azure-pipelines",
        "Map the job's token into the step: `env: {SYSTEM_ACCESSTOKEN: $(System.AccessToken)}`.",
        Asked(
            "POST",
            "{SYSTEM_OIDCREQUESTURI}?api-version=7.1",
            ("Authorization", "Bearer {SYSTEM_ACCESSTOKEN}"),
            "oidcToken",
        ),
    ),
    "bitbucket": Own("bitbucket", "Give the step `oidc: true`.", Variable("BITBUCKET_STEP_OIDC_TOKEN")),
    "buildkite": Own(
        "buildkite",
        "Nothing. The ids that a mapping pins are in a token only if the job asks for them (`--claim`).",
        Command(tuple(_OF_BUILDKITE.split())),
    ),
    "circleci": Own(
        "circleci",
        "Nothing. `circleci:root-issuer` asks for a token of the issuer that all organizations share.",
        Command(("circleci", "run", "oidc", "get", "--claims", f'{{"aud": "{BRIDGE}"}}')),
    ),
    "device": Own(
        "mtls:press-8.crt,press-8.key",
        "Here by its certificate, over [mutual TLS](../mutual-tls.md): the bridge's metadata say where, under "
        "`mtls_endpoint_aliases`. A device with a JWT of its own sends that, as `file:own.jwt`.",
        Certificate("press-8.crt", "press-8.key"),
        TokenType.MTLS,
    ),
    "entra": Own(
        "azure",
        "Give the machine, container or pod a managed or workload identity, and the bridge an API registration whose "
        "Application ID URI is its URL. Another URI is named with `azure:URI`.",
        Asked(
            "GET",
            f"http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource={BRIDGE}",
            ("Metadata", "true"),
            "access_token",
        ),
        TokenType.ACCESS_TOKEN,
        extra="azure",
    ),
    "forgejo": Own("forgejo", "Give the job `enable-openid-connect: true`.", _RUNNER),
    "github": Own("github", "Give the job `permissions: {id-token: write}`.", _RUNNER),
    "gitlab": Own(
        "gitlab",
        f"Give the job `id_tokens: {{FEDBRIDGE_ID_TOKEN: {{aud: {BRIDGE}}}}}`.",
        Variable("FEDBRIDGE_ID_TOKEN"),
    ),
    "google": Own(
        "google",
        "Run as a service account. Elsewhere, `google:ACCOUNT@PROJECT.iam.gserviceaccount.com` impersonates one.",
        Asked(
            "GET",
            "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity"
            f"?audience={BRIDGE}&format=full",
            ("Metadata-Flavor", "Google"),
        ),
        TokenType.ID_TOKEN,
        extra="google",
    ),
    "jenkins": Own(
        "env:FEDBRIDGE_SUBJECT_TOKEN",
        "Make a credential *OpenID Connect id token* whose audience is the bridge, and bind it: `withCredentials("
        "[string(credentialsId: 'bridge', variable: 'FEDBRIDGE_SUBJECT_TOKEN')])`.",
        Variable("FEDBRIDGE_SUBJECT_TOKEN"),
    ),
    "kubernetes": Own(
        "kubernetes",
        f"Project it into the pod: `serviceAccountToken: {{audience: {BRIDGE}, path: token}}`, mounted at "
        "`/var/run/secrets/federation-bridge` ([a deployment](../../examples/payments-worker/deployment.yaml)).",
        File("/var/run/secrets/federation-bridge/token"),
    ),
    "spiffe": Own(
        "spiffe",
        "Mount the Workload API's socket and set `SPIFFE_ENDPOINT_SOCKET`. Where no SPIFFE library is used, as below "
        "outside Python, `spiffe-helper` keeps the JWT-SVID in a file (`jwt_svids`). `spiffe:x509` shows the "
        "X.509-SVID instead.",
        File("/run/spiffe/jwt_svid.token"),
        extra="spiffe",
    ),
    "terraform": Own(
        "terraform",
        "Set the variable `TFC_WORKLOAD_IDENTITY_AUDIENCE` of the workspace to the bridge's URL.",
        Variable("TFC_WORKLOAD_IDENTITY_TOKEN"),
    ),
    "user": Own(
        "env:USERS_TOKEN",
        "A person signed in to an application, which has the person's token. An agent sends it beside its own, as "
        "`actor_token` ([for one call of a tool](../callers.md#acting-for-somebody)). At a keyboard, "
        "`device:ISSUER,CLIENT-ID` signs in.",
        Variable("USERS_TOKEN"),
        TokenType.ACCESS_TOKEN,
    ),
}  # fmt: skip


def own_of(provider: str) -> Own:
    """How its identities get their token."""
    return OWN.get(provider, ANY)
