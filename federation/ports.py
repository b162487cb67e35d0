"""What the core needs from the outside: one small protocol per role, one adapter per file in `federation.aws`.

Adapters raise `TemporarilyUnavailable` when the thing behind them cannot be reached and `ServerError` when it refuses
us; they never return a guess.
"""

from collections.abc import Collection, Sequence
from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from federation.model.approval import ApprovalRequest, StoredApproval
from federation.model.documents import StoredDocument
from federation.model.history import Change, PastVersion
from federation.model.issuer_keys import IssuerKeySet, KeptKeys
from federation.model.json import JsonObject
from federation.model.keys import KeySet, SigningKey
from federation.model.one_time import OneTimeUse
from federation.model.policy import PolicyDocuments
from federation.model.revocation import Revocation, RevocationKey
from federation.model.risk import RiskKey, RiskScore
from federation.model.trust import Audience, Client, DocumentRef, Issuer, Kind, Mapping, RateLimit, Selector


class Clock(Protocol):
    """Time is passed in."""

    def now(self) -> float:
        """Seconds since the epoch."""
        ...


class Identifiers(Protocol):
    """Randomness is passed in."""

    def new(self) -> str:
        """A fresh identifier with at least 128 bits from the operating system."""
        ...


class IssuerDirectory(Protocol):
    """The trusted issuers, disabled ones included."""

    def issuers(self) -> tuple[Issuer, ...]:
        """The same tuple object until something changed."""
        ...


class AudienceDirectory(Protocol):
    """The target APIs, disabled ones included."""

    def audiences(self) -> tuple[Audience, ...]:
        """The same tuple object until something changed."""
        ...


class MappingIndex(Protocol):
    """Candidates for a token, however many mappings exist. Only enabled mappings are filed."""

    def exact(self, issuer: str, selectors: Sequence[Selector]) -> tuple[Mapping, ...]:
        """Mappings of the issuer (its document id) filed under any of the selectors: one read."""
        ...

    def patterns(self, issuer: str) -> tuple[Mapping, ...]:
        """Mappings of the issuer that pin none of its provider's selectors: one Query."""
        ...


class MappingsById(Protocol):
    """Mappings by name: what one of our own tokens was minted by."""

    def mapping(self, id_: str) -> Mapping | None:
        """Its current version, disabled ones included; None where it was deleted or is corrupt."""
        ...


class ClientsById(Protocol):
    """Registered clients by name."""

    def client(self, id_: str) -> Client | None:
        """Its current version, disabled ones included; None where it was deleted or is corrupt."""
        ...


class PolicyDirectory(Protocol):
    """Policies and zones. A corrupt one is no reason to leave it out: it might forbid."""

    def policies(self) -> PolicyDocuments:
        """The same object until something changed; raises TemporarilyUnavailable if any of them cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class StandingQuestion:
    """What a decision or a token rests on."""

    documents: frozenset[DocumentRef] = frozenset()
    revocations: frozenset[RevocationKey] = frozenset()
    risks: frozenset[RiskKey] = frozenset()


@dataclass(frozen=True, slots=True)
class Standing:
    """How all of that stands at this moment. What is absent: deleted, not revoked, without a score."""

    versions: ReadOnly[DocumentRef, int] = field(default_factory=dict)
    revocations: ReadOnly[RevocationKey, Revocation] = field(default_factory=dict)
    risks: ReadOnly[RiskKey, RiskScore] = field(default_factory=dict)


class CurrentState(Protocol):
    """Whether what was decided with, or what a token says, still stands."""

    def standing(self, question: StandingQuestion) -> Standing:
        """One strongly consistent read of everything that is asked for (ATTACKS F11, M3)."""
        ...


class RevocationStore(Protocol):
    """Where withdrawals are written."""

    def revoke(self, revocation: Revocation) -> None:
        """Durable when it returns. An earlier withdrawal of the same key is only ever made stricter."""
        ...

    def revocations(self) -> tuple[Revocation, ...]:
        """Those that have not expired; one that was written a moment ago may be missing."""
        ...


class RiskScores(Protocol):
    """Where risk scores are written."""

    def score(self, key: RiskKey, score: RiskScore) -> None:
        """Replaces what was there."""
        ...


class Approvals(Protocol):
    """Requests that wait for a person, and what that person said."""

    def approval(self, id_: str) -> StoredApproval | None:
        """A strongly consistent read; None: never asked, forgotten, or `expires_at` has come."""
        ...

    def ask(self, request: ApprovalRequest, now: int, lifetime: int, *, used_up: int | None = None) -> StoredApproval:
        """What stands: made pending now, or there already, whatever its state.

        What expired is replaced, and so is an approval of the version `used_up`.
        """
        ...

    def decide(self, decided: StoredApproval) -> None:
        """Write `decided` if its predecessor (version - 1) is current, else raise VersionConflict. Safe to repeat."""
        ...

    def approvals(self) -> tuple[StoredApproval, ...]:
        """Those that have not expired, newest first; one that was asked a moment ago may be missing."""
        ...


class VersionConflict(Exception):
    """A document moved since the version that the writer had seen."""


class RevisionMoved(VersionConflict):
    """Some document was written since the revision that the writer had seen."""


class BucketFull(Exception):
    """Too many mappings pin the same claim to the same value: one of them must pin a more selective claim."""


class DocumentState(NamedTuple):
    """What there is of a document."""

    version: int = 0
    """0: it was never written."""
    document: StoredDocument | None = None
    """None: it was never written, or was deleted with that version."""


class TrustWriter(Protocol):
    """Where validated documents are written.

    Versions start at 1 and grow by one with every write, deletion included. They never start again, so an id that was
    deleted and written anew is not taken for its predecessor by anybody who still remembers that.
    """

    def next_version(self, ref: DocumentRef) -> int:
        """The version that the next write of `ref` must carry."""
        ...

    def get(self, ref: DocumentRef) -> StoredDocument | None:
        """A strongly consistent read."""
        ...

    def states(self, refs: Collection[DocumentRef]) -> ReadOnly[DocumentRef, DocumentState]:
        """Every one of `refs`, strongly consistent, in one read for every hundred; raises CorruptDocument."""
        ...

    def put(
        self,
        document: StoredDocument,
        filed_under: Selector | None,
        change: Change | None,
        *,
        revision: int | None = None,
    ) -> None:
        """Write `document` and its history if its version is the next one, else raise VersionConflict.

        A Mapping is refiled in the same transaction: under `filed_under`, or among its issuer's patterns for None;
        a disabled one is filed nowhere. Raises BucketFull. `change`: None for the key set alone, which has no history.
        `revision`: write only while nothing else was written since, else raise RevisionMoved.
        """
        ...

    def delete(self, ref: DocumentRef, version: int, change: Change, *, revision: int | None = None) -> None:
        """Remove the document, which is a version too, if `version` is current, else raise VersionConflict."""
        ...


class History(Protocol):
    """What documents said before."""

    def history(self, ref: DocumentRef, before: int | None, limit: int) -> tuple[PastVersion, ...]:
        """Versions below `before` (None: all), at most `limit`, newest first; one read, whatever there is."""
        ...


class DocumentPages(Protocol):
    """All documents of a kind, in pages, and what hangs together. Strongly consistent."""

    def page(self, kind: Kind, after: str | None, limit: int) -> tuple[StoredDocument, ...]:
        """At most `limit` documents that follow the id `after` (None: the first) in an order that never changes.

        Fewer than `limit`: these are the last. One that is corrupt is left out and reported.
        """
        ...

    def revision(self) -> int:
        """How many writes of documents there were."""
        ...

    def mappings_of(self, issuer: str, after: str | None, limit: int) -> tuple[str, ...]:
        """Ids of mappings that name the Issuer, disabled ones included, sorted, behind `after`; one read."""
        ...

    def admin_mappings(self) -> tuple[str, ...]:
        """Ids of enabled mappings that grant anything at the admin API, sorted; one read."""
        ...


class AlreadyUsed(Exception):
    """One-time things were claimed by other requests."""

    def __init__(self, *taken: OneTimeUse) -> None:
        super().__init__(", ".join(use.purpose for use in taken))
        self.taken = taken


@dataclass(frozen=True, slots=True)
class KeptToken:
    """An opaque token as it is kept: never its text."""

    digest: str
    """SHA-256 (hex) of the text."""
    claims: JsonObject = field(repr=False)
    """What a JWT would have said."""
    expires_at: int


@dataclass(frozen=True, slots=True)
class RememberedAnswer:
    """What an action was answered with."""

    status: int
    body: bytes = field(repr=False)


class UnlikeRequest(Exception):
    """The same name was given to another request."""


class StillRunning(Exception):
    """The same request is being answered at this moment."""


class RememberedAnswers(Protocol):
    """Answers to actions that callers named, so that asking again has no second effect (Idempotency-Key)."""

    def begin(self, key: tuple[str, ...], digest: str) -> RememberedAnswer | None:
        """The answer; None: it is ours to answer now. `digest`: of the request. Raises UnlikeRequest, StillRunning."""
        ...

    def finish(self, key: tuple[str, ...], answer: RememberedAnswer) -> None:
        """From now on this is the answer, for a day."""
        ...

    def forget(self, key: tuple[str, ...]) -> None:
        """Nothing was done: asking again is asking anew."""
        ...


class KeptTokens(Protocol):
    """Opaque tokens that were issued."""

    def kept(self, digest: str) -> KeptToken | None:
        """A strongly consistent read; None: there is none, or it has expired."""
        ...


class Ledger(Protocol):
    """The durable audit trail of issued tokens, with the one-time things they spent."""

    def commit(self, entry: JsonObject, uses: Sequence[OneTimeUse], kept: KeptToken | None = None) -> None:
        """Write the record (its `jti` is new), claim every use and keep the token, all or nothing; raises AlreadyUsed.

        Safe to repeat: a claim by the same `correlation_id` is our own (ATTACKS F8).
        """
        ...

    def discard(self, entry: JsonObject, uses: Sequence[OneTimeUse], reason: str) -> None:
        """Mark a committed record as never released, and give back the uses that its `correlation_id` claimed.

        What was kept of an opaque token may stay: nobody ever gets to know its text.

        No token left, so an honest caller may come again with the same one-time token.
        """
        ...


class OneTimeClaims(Protocol):
    """One-time things that are spent without a token being issued."""

    def claim(self, uses: Sequence[OneTimeUse], correlation_id: str) -> None:
        """Claim every use, all or nothing; raises AlreadyUsed. Safe to repeat, as `Ledger.commit`."""
        ...


class Allowances(Protocol):
    """Rate limits that every process shares."""

    def take(self, key: tuple[str, ...], limit: RateLimit, wanted: int) -> float:
        """Take `wanted` of what `limit` allows `key`: 0.0 where they were taken, else seconds until they are there."""
        ...


class NonceSecrets(Protocol):
    """Secrets that every process shares, one for each span of time; nobody chooses them (RFC 9449 section 8)."""

    def secret(self, period: int) -> bytes:
        """32 bytes, the same for everybody who asks for the period; made when it is first asked for."""
        ...


class ApprovalLog(Protocol):
    """The structured log of what was decided about approvals, and who tried to."""

    def decided(self, entry: JsonObject) -> None:
        """One well-formed line."""
        ...


class ApprovalNotice(Protocol):
    """Who tells the people who decide that somebody waits for them."""

    def asked(self, approval: StoredApproval) -> None:
        """Told, at least once, when it returns."""
        ...


class AuditLog(Protocol):
    """The structured log of refusals."""

    def refused(self, entry: JsonObject) -> None:
        """One well-formed line."""
        ...


class Signer(Protocol):
    """Signs with a key that it never sees."""

    def sign(self, key: SigningKey, message: bytes) -> bytes:
        """A JWS signature (RFC 7518 section 3: raw r||s for ECDSA) of `message` by the key's algorithm."""
        ...


class PublicKeys(Protocol):
    """The public halves of our keys."""

    def public_key(self, kms_key: str) -> bytes:
        """DER SubjectPublicKeyInfo."""
        ...


class KeySets(Protocol):
    """Our signing keys' life, kept in the trust table as a document of kind KeySet."""

    def load(self) -> KeySet | None:
        """A strongly consistent read."""
        ...

    def save(self, keys: KeySet) -> None:
        """Write `keys` if its predecessor (version - 1) is current, else raise VersionConflict."""
        ...


@dataclass(frozen=True, slots=True)
class PublishedDocument:
    """A public object: the JWKS, a discovery document, the page of errors."""

    path: str
    """As in the URL: begins with `/`."""
    body: bytes
    content_type: str
    cache_control: str


class Publisher(Protocol):
    """Where verifiers read."""

    def put(self, document: PublishedDocument) -> None:
        """Write or replace."""
        ...

    def get(self, path: str) -> PublishedDocument | None:
        """What verifiers would read now."""
        ...


class GuardedPublisher(Protocol):
    """Where several of us write the same public object, and none may undo what another did."""

    def tagged(self, path: str) -> tuple[PublishedDocument, str] | None:
        """What verifiers would read now, and the tag of that; None: nothing."""
        ...

    def replace(self, document: PublishedDocument, tag: str | None) -> None:
        """Write if what is there is still what `tag` names (None: nothing), else raise VersionConflict."""
        ...


@dataclass(frozen=True, slots=True)
class LiveToken:
    """A token that has not expired, as its record has it. Times: seconds since the epoch."""

    jti: str
    issued_at: int
    expires_at: int
    status_index: int
    """Its place in the status list."""
    keys: frozenset[RevocationKey]
    """Every withdrawal that it falls under."""


class IssuedTokens(Protocol):
    """The records of issued tokens, by what they fall under."""

    def affected(self, keys: Collection[RevocationKey], now: int) -> tuple[LiveToken, ...]:
        """Unexpired tokens that fall under any of the keys; one that was issued a moment ago may be missing."""
        ...


class AuditPage(NamedTuple):
    """Some records of a search."""

    records: tuple[JsonObject, ...]
    after: str | None
    """Where it goes on; None: that was all. There may be more although a page has few records, or none."""


class AuditRecords(Protocol):
    """The durable records of issued tokens, as an auditor reads them; each with the `outcome` it has by now."""

    def record(self, jti: str) -> JsonObject | None:
        """A strongly consistent read; None: there is none."""
        ...

    def page(self, since: int, key: RevocationKey | None, after: str | None, limit: int) -> AuditPage:
        """At most `limit` tokens issued since then that fall under `key` (None: all), what ends last first.

        One that was issued a moment ago may be missing, and so is one without a status: an opaque one.
        Raises ValueError for an `after` that is none.
        """
        ...


class RefusalSearch(Protocol):
    """The structured log of refusals, as an auditor reads it."""

    def refusals(self, correlation_id: str, since: int) -> tuple[JsonObject, ...]:
        """What was logged of that request since then; it takes seconds until a line is found."""
        ...


class IssuerKeyStore(Protocol):
    """Issuers' keys beyond one process: one store for what was fetched, another for what issuers pushed."""

    def load(self, issuer: str) -> KeptKeys:
        """What lies under the id of an Issuer document, by a strongly consistent read; altered keys are none."""
        ...

    def save(self, keys: IssuerKeySet, tag: str) -> None:
        """Write `keys` if what lies there is still what `tag` names, else raise VersionConflict."""
        ...


class FetchFailed(Exception):
    """An issuer's document could not be fetched within the limits."""


class Fetcher(Protocol):
    """Outbound reads of issuers' public documents, within limits of size, time, address and redirects."""

    def fetch(self, url: str) -> bytes:
        """The body of a 200 answer; raises FetchFailed."""
        ...


@dataclass(frozen=True, slots=True)
class CallerIdentityRequest:
    """A signed sts:GetCallerIdentity POST to the path `/`, written by us from fields that were read strictly."""

    endpoint: str
    """URL of a trusted regional endpoint, without a path."""
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    """All that are signed but Host and Content-Length, which follow from the rest, and Authorization."""
    body: bytes


@dataclass(frozen=True, slots=True)
class CallerIdentityAnswer:
    """Whatever the endpoint answered, not yet believed."""

    status: int
    content_type: str
    body: bytes = field(repr=False)


class CallerIdentities(Protocol):
    """AWS, as the one who knows who signed a request."""

    def ask(self, request: CallerIdentityRequest) -> CallerIdentityAnswer:
        """The answer of whatever status, no redirect followed; raises FetchFailed within limits as a Fetcher's."""
        ...
