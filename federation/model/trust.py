"""Trust documents as the token path sees them: what an admin wrote, validated where it was written (DESIGN section 4).

The `decode_*` functions of `federation.model.documents` make them; a registered client that is its own issuer and
mapping is made in `federation.model.client_credentials`. Times are whole seconds.
"""

from collections.abc import Mapping as ReadOnly
from enum import StrEnum
from typing import Literal, NamedTuple, TypeAlias

from msgspec import Struct, field

from federation.model.json import Json, JsonObject
from federation.oauth.identifiers import AT_JWT

CLIENT_NAMESPACE = "client"
"""First segment of the principals of registered clients, and of no others."""
TOKEN_EXCHANGE = "token-exchange"
CLIENT_CREDENTIALS = "client-credentials"
"""Grants, as a Client document names them."""
DEFAULT_MAX_STALE = 4 * 60 * 60
DEFAULT_PUSHED_MAX_AGE = 30 * 24 * 60 * 60

MatchValue: TypeAlias = str | int | bool
"""A value to match: a string is exact unless it holds `*`; numbers and booleans are exact."""


class Kind(StrEnum):
    """The kinds of trust document that this version enforces; any other kind is refused where it is written."""

    ISSUER = "Issuer"
    MAPPING = "Mapping"
    AUDIENCE = "Audience"
    CLIENT = "Client"
    POLICY = "Policy"
    ZONE = "Zone"
    POLICY_SET = "PolicySet"
    """Counts the writes of policies and zones, so that one version stands for all of them; never written by hand."""
    TRUST_REVISION = "TrustRevision"
    """Counts the writes of all documents; never written by hand."""
    KEY_SET = "KeySet"
    """Our own signing keys: written by the key functions, never by hand."""


class DocumentRef(NamedTuple):
    """Names a document."""

    kind: Kind
    id: str


class DocumentVersion(NamedTuple):
    """Names one version of a document; versions grow by one with every write, deletion included."""

    ref: DocumentRef
    version: int


Lives: TypeAlias = ReadOnly[DocumentRef, int]
"""Documents that a document names -> the version with which each began when that was written.

0: it was not there then. An id that is deleted and written anew names another document, which was not meant.
"""


def is_meant(lives: Lives, ref: DocumentRef, since: int) -> bool:
    """Whether the document that began with version `since` is the one that was named; True where that is not known."""
    return lives.get(ref) in (None, 0, since)


class Selector(NamedTuple):
    """A claim pinned to an exact value: the partition under which a mapping is filed."""

    claim: str
    value: str


class IssuerKeys(Struct, frozen=True):
    """Where an issuer's keys come from: exactly one of these."""

    discovery: bool = False
    jwks_uri: str | None = None
    jwks: JsonObject | None = None
    pushed: bool = False
    """The issuer pushes its keys to us, because we cannot reach it; `jwks` beside it holds until it does."""
    pushed_max_age: int = DEFAULT_PUSHED_MAX_AGE
    """After this long without a push an alarm is raised. The keys hold on: only their issuer knows better ones."""
    certificates: tuple[str, ...] = ()
    """PEM of the CAs whose client certificates are its identities."""
    caller_identity: bool = False
    """AWS itself is asked who signed a GetCallerIdentity request."""


class RateLimit(Struct, frozen=True):
    """How often: a bucket of `burst` that `per_second` refills."""

    per_second: int
    burst: int


class EventStream(Struct, frozen=True):
    """The security events that an issuer may send."""

    types: frozenset[str]
    """Short names (`federation.model.security_event`)."""
    audience: str | None = None
    """What `aud` of its SETs must be; None: our own issuer URL."""


class Issuer(Struct, frozen=True):
    """Whom we believe."""

    id: str
    version: int
    provider: str
    issuer: str
    """Compared with `iss` as an exact string."""
    audiences: tuple[str, ...]
    """What `aud` must be; empty: our own issuer URL."""
    keys: IssuerKeys
    algorithms: tuple[str, ...]
    max_token_age: int
    """Longest time since `iat`, and longest `exp - iat`."""
    single_use: bool = False
    enabled: bool = True
    tenant: str | None = None
    max_stale: int = DEFAULT_MAX_STALE
    """How long after the last good answer its keys hold while it is silent."""
    max_auth_age: int | None = None
    """Longest time since `auth_time`, which must then be there; None: the time of the sign-in does not matter."""
    revoked: frozenset[int] = frozenset()
    """Serial numbers of certificates that it has revoked."""
    since: int = 1
    """The version with which this document began: an id that was deleted and written anew names another issuer."""
    rate_limit: RateLimit | None = None
    """Of all identities that it vouches for, together; None: the deployment's default."""
    audience_claim: str | None = None
    """The claim that stands for `aud` in tokens that have no `aud`; None: such tokens are refused."""
    other_audiences: tuple[str, ...] = ()
    """What may stand in `aud` beside one of `audiences`."""
    ignored_header_members: frozenset[str] = frozenset()
    """Members of the JOSE header that its tokens may have besides; they are never read."""
    environments: tuple[str, ...] | None = None
    """Audiences at which its subjects may go or act at all; None: wherever a grant says."""
    events: EventStream | None = None
    """None: it may send none."""

    @property
    def document(self) -> DocumentVersion:
        """This version of this document."""
        return DocumentVersion(DocumentRef(Kind.ISSUER, self.id), self.version)


class Grant(Struct, frozen=True):
    """The most that a mapping may ever get at one audience."""

    audience: str
    scopes: tuple[str, ...]
    default_scopes: tuple[str, ...] = ()
    max_ttl: int | None = None
    trim: bool = False
    """Whether scopes above the ceilings are left out instead of refused."""
    authorization_details: tuple[str, ...] = ()
    """Types (RFC 9396) that may be asked for."""


class Mapping(Struct, frozen=True):
    """Who an outside identity is to us."""

    id: str
    version: int
    issuer: str
    """Id of the Issuer document."""
    match: tuple[tuple[str, MatchValue], ...]
    """(claim path, value); every line must hold."""
    principal: str
    """A template that may use `{claim}`."""
    grants: tuple[Grant, ...]
    attributes: ReadOnly[str, str] = field(default_factory=dict)
    may_act: tuple[str, ...] = ()
    enabled: bool = True
    confirmed_for: str | None = None
    """URL of the only issuer whose tokens it may fit; None: of whichever its Issuer document names."""
    since: int = 1
    """The version with which this document began: an id that was deleted and written anew is another mapping."""
    lives: Lives = field(default_factory=dict)
    """Its Issuer, and the Audiences of its grants."""

    @property
    def document(self) -> DocumentVersion:
        """This version of this document."""
        return DocumentVersion(DocumentRef(Kind.MAPPING, self.id), self.version)


class DetailType(Struct, frozen=True):
    """A type of authorization details that a target API understands (RFC 9396 section 2)."""

    type: str
    fields: ReadOnly[str, tuple[str, ...]]
    """Member name -> the values that it may have; empty: any text. Members that are not named here are refused."""
    required: tuple[str, ...] = ()


class Audience(Struct, frozen=True):
    """A target API."""

    id: str
    version: int
    scopes: tuple[str, ...]
    max_ttl: int
    resource: str | None = None
    """RFC 8707 name for the same target."""
    environment: str | None = None
    tenant: str | None = None
    """None: shared between tenants."""
    token_format: str = "jwt"
    token_typ: str = AT_JWT
    """`typ` of its tokens: `at+jwt` or `JWT`."""
    token_audience: str = "id"
    """What `aud` of its tokens is: `id` or `resource`."""
    sender_constraint: str = "none"
    enabled: bool = True
    introspection: tuple[str, ...] = ()
    """Clients that may introspect its tokens."""
    authorization_details: tuple[DetailType, ...] = ()
    since: int = 1
    """The version with which this document began: an id that was deleted and written anew is another audience."""
    lives: Lives = field(default_factory=dict)
    """Those Clients."""

    @property
    def named(self) -> str:
        """`aud` of its tokens."""
        return self.resource if self.token_audience == "resource" and self.resource else self.id

    @property
    def names(self) -> frozenset[str]:
        """Every `aud` that means it: its document may have said something else when a token was issued."""
        return frozenset({self.id, self.resource or self.id})

    @property
    def document(self) -> DocumentVersion:
        """This version of this document."""
        return DocumentVersion(DocumentRef(Kind.AUDIENCE, self.id), self.version)


ClientMethod: TypeAlias = Literal[
    "none", "private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth", "spiffe_jwt", "aws_iam"
]


class ClientAuth(Struct, frozen=True):
    """How a registered client proves itself: one method, and what that method needs."""

    method: ClientMethod
    jwks: JsonObject | None = None
    """private_key_jwt: its public keys."""
    jwks_uri: str | None = None
    """private_key_jwt: where they are."""
    subject: tuple[str, str] | None = None
    """tls_client_auth: `san_uri`, `san_dns`, `san_ip`, `san_email` or `subject_dn`, and its value (RFC 8705 2.1.2)."""
    certificates: tuple[str, ...] = ()
    """tls_client_auth: PEM of the authorities of this client alone; none: of the trust domain in its `san_uri`."""
    thumbprints: tuple[str, ...] = ()
    """self_signed_tls_client_auth: `x5t#S256` of its certificates."""
    spiffe_id: str | None = None
    """spiffe_jwt: the workload."""
    issuer: str | None = None
    """spiffe_jwt: id of the Issuer document of its trust domain."""
    role: str | None = None
    """aws_iam: ARN of the role."""


class Client(Struct, frozen=True):
    """A registered caller: a second ceiling beside the mapping's grants."""

    id: str
    version: int
    auth: ClientAuth
    audiences: tuple[str, ...]
    scopes: tuple[str, ...]
    grants: tuple[str, ...] = (TOKEN_EXCHANGE,)
    """`token-exchange` and/or `client-credentials`."""
    tenant: str | None = None
    rate_limit: RateLimit | None = None
    sender_constraint: str = "none"
    """What its tokens must be bound to: `none`, `dpop`, `mtls` or `any`."""
    enabled: bool = True
    since: int = 1
    """The version with which this document began: an id that was deleted and written anew is another client."""
    lives: Lives = field(default_factory=dict)
    """Its Audiences, and the Issuer of its trust domain."""

    @property
    def document(self) -> DocumentVersion:
        """This version of this document."""
        return DocumentVersion(DocumentRef(Kind.CLIENT, self.id), self.version)


class MappedPrincipal(Struct, frozen=True):
    """Proof that exactly one enabled mapping makes a verified token this principal, and its enabled issuer vouches."""

    principal: str
    attributes: ReadOnly[str, str]
    mapping: Mapping
    issuer: Issuer
    decided_by: tuple[tuple[str, Json], ...] = ()
    """(claim path, value) of every claim that the mapping matched: what an auditor needs to see."""
    current_actor: "MappedPrincipal | None" = None
    """Who acts for the principal already, and so holds its token; None: no actor."""
    client: Client | None = None
    """The registered client that the principal is; its document is issuer and mapping at once."""
    identity: str | None = None
    """Whom the issuer vouched for (`federation.model.identity`); None: it is not known, or a registered client."""
    behind: tuple[DocumentVersion, ...] = ()
    """What vouched for the tokens of ours that its token was made from."""

    @property
    def delegator(self) -> "MappedPrincipal":
        """Who says by its mapping's `may_act` who may act next: the holder, or the principal itself."""
        return self.current_actor or self

    @property
    def documents(self) -> tuple[DocumentVersion, ...]:
        """What it rests on."""
        own = (self.issuer.document, self.mapping.document) if self.client is None else (self.client.document,)
        return (*own, *(self.current_actor.documents if self.current_actor else ()), *self.behind)
