"""Policy as the token path sees it: documents, the question that is put to them, and the answer (DESIGN section 4)."""

from collections.abc import Iterable
from collections.abc import Mapping as ReadOnly
from typing import ClassVar, Literal, NamedTuple, TypeAlias

from msgspec import Struct, field

from federation.model.json import Claims, Json, JsonObject
from federation.model.trust import DocumentRef, DocumentVersion, Kind
from federation.value import Redacted

PolicyAction: TypeAlias = Literal["exchange", "delegate", "impersonate"]
Proof: TypeAlias = Literal["none", "dpop", "mtls"]


POLICY_SET = DocumentRef(Kind.POLICY_SET, "policies")
"""Counts the writes of zones and of policies without a tenant."""
IN_POLICY_SET = frozenset({Kind.POLICY, Kind.ZONE})
"""Kinds whose documents can change any decision of their owner's principals."""


def policy_set_of(tenant: str | None) -> DocumentRef:
    """What counts the writes of the tenant's policies."""
    return POLICY_SET if tenant is None else DocumentRef(Kind.POLICY_SET, f"tenant/{tenant}")


class Uid(NamedTuple):
    """Names an entity, as policies do."""

    type: str
    id: str


class Shelf(NamedTuple):
    """Where the policies lie that belong to one owner and pin the same resource."""

    owner: str | None
    """A tenant; None: they are shared."""
    resource: Uid | None
    """What their heads pin; None: nothing."""


class FiledRule(NamedTuple):
    """One Cedar policy of a document, as it lies on a shelf."""

    document: str
    version: int
    number: int
    """In its document, from 0."""
    principal: Uid | None
    """What its head pins."""
    cedar: str
    """Its text; empty: nothing but the word that its document is there."""


class FiledRules(Struct, frozen=True, eq=False):
    """What lies on a shelf. Two are the same only if they are one object: what is made of one is kept with it."""

    by_principal: ReadOnly[Uid | None, tuple[FiledRule, ...]]

    @classmethod
    def of(cls, rules: Iterable[FiledRule]) -> "FiledRules":
        """Sorted by what their heads pin."""
        by_principal: dict[Uid | None, tuple[FiledRule, ...]] = {}
        for rule in sorted(rules, key=lambda one: (one.document, one.number)):
            by_principal[rule.principal] = (*by_principal.get(rule.principal, ()), rule)
        return cls(by_principal)

    def has(self, document: str) -> bool:
        """Whether something of the document lies here."""
        return any(rule.document == document for rules in self.by_principal.values() for rule in rules)


NOTHING_FILED = FiledRules({})


class Policy(Struct, frozen=True):
    """Conditions, obligations and prohibitions on top of the grants."""

    id: str
    version: int
    cedar: str
    """Cedar policies as they were written."""
    tenant: str | None = None
    """The tenant whose principals it is about; None: all. A tenant's policy decides nothing about another's."""
    enabled: bool = True


class Zone(Struct, frozen=True):
    """A name for networks."""

    id: str
    version: int
    cidrs: tuple[str, ...]
    enabled: bool = True


class Obligations(Struct, frozen=True):
    """What a permission is tied to. Every field only ever takes away."""

    max_ttl: int | None = None
    """Seconds that the token may live."""
    max_scopes: int | None = None
    """How many scopes it may have."""
    require_proof: tuple[str, ...] = ()
    """Every one of these must have been shown: `dpop`, `mtls`. Sorted."""
    require_approval: tuple[str, ...] = ()
    """Each of these purposes needs an approval. Sorted."""


class PolicyDocuments(Struct, frozen=True):
    """All policies and zones, disabled ones included, as of one version of the whole set."""

    version: int
    """0: none was ever written."""
    policies: tuple[Policy, ...] = ()
    zones: tuple[Zone, ...] = ()

    @property
    def document(self) -> DocumentVersion:
        """Stands for every one of them: a decision rests on what it does not find as much as on what it finds."""
        return DocumentVersion(POLICY_SET, self.version)


def strictest(*obligations: Obligations) -> Obligations:
    """All of them at once: the smallest limits, every proof, every approval. Of none: no obligation."""
    return Obligations(
        max_ttl=min((one.max_ttl for one in obligations if one.max_ttl is not None), default=None),
        max_scopes=min((one.max_scopes for one in obligations if one.max_scopes is not None), default=None),
        require_proof=_union(one.require_proof for one in obligations),
        require_approval=_union(one.require_approval for one in obligations),
    )


def _union(texts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({text for some in texts for text in some}))


class Party(Struct, frozen=True):
    """A party as policy sees it: the principal, or who acts for it."""

    id: str
    """The internal principal, e.g. `partner/acme/billing-sync`."""
    issuer: str
    """Id of the Issuer document that vouches for it."""
    tenant: str | None = None
    attributes: ReadOnly[str, str] = field(default_factory=dict)
    """The mapping's attributes."""


class Place(Struct, frozen=True):
    """The audience as policy sees it."""

    id: str
    environment: str | None = None
    tenant: str | None = None
    """None: shared between tenants."""


class RegisteredClient(Struct, frozen=True):
    """The authenticated client."""

    id: str
    tenant: str | None = None


class Network(Struct, frozen=True):
    """Where the request came from."""

    ip: str
    """The source address that the gateway saw; never one that a header names (ATTACKS F8)."""
    zone: str | None = None
    """Id of the Zone document; None: none, or more than one."""


class Risk(Struct, frozen=True):
    """Scores, 0 (none) to 100, decayed to the moment of the request: the highest of whom it is about and who acts."""

    principal: int = 0
    issuer: int = 0
    client: int = 0
    """Of the registered client that asks."""


class Approval(Struct, frozen=True):
    """A person's consent that covers this request now."""

    id: str
    by: str
    """The principal who approved."""


class Circumstances(Redacted, Struct, frozen=True):
    """What Cedar calls the context. Times: seconds."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"claims", "attestation"})

    network: Network
    now: int
    """Since the epoch."""
    token_age: int
    """Since the subject token's `iat`."""
    scopes: tuple[str, ...] = ()
    """What the token will carry if it is permitted."""
    client: RegisteredClient | None = None
    actor: Party | None = None
    chain: tuple[str, ...] = ()
    """Every principal that acts, the current actor first. Only the first may ever be trusted (RFC 8693 section 4.1)."""
    proof: Proof = "none"
    risk: Risk = field(default_factory=Risk)
    approval: Approval | None = None
    claims: Claims = field(default_factory=dict[str, Json])
    """The subject token's, as its issuer wrote them."""
    misshapen: frozenset[str] = frozenset()
    """Claims that it has besides, in another form than their provider documents."""
    attestation: Claims = field(default_factory=dict[str, Json])
    """Of a verified attestation of the machine or workload; empty: none."""
    authorization_details: tuple[JsonObject, ...] = ()
    """RFC 9396: what the token will carry, each with a `type`, and texts or lists of texts."""


class DecisionRequest(Struct, frozen=True):
    """The question: whether the principal may do that there, under these circumstances."""

    principal: Party
    action: PolicyAction
    audience: Place
    context: Circumstances


class Decision(Struct, frozen=True):
    """The answer."""

    allowed: bool
    determined_by: tuple[str, ...]
    """Ids of the policy documents that decided, sorted. Empty where nothing permitted."""
    obligations: Obligations
    snapshot: str
    """SHA-256 (hex) over id and version of every policy document that could have had a say (ATTACKS F7)."""
    problem: str = ""
    """Why the policies could not be evaluated, for the audit record alone; not empty: denied, and worth an alarm."""
