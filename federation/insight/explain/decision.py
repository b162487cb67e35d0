"""The pipeline of the token path, run on documents in memory and on what a question supposes. Nothing is minted."""

from collections.abc import Iterator
from contextlib import suppress
from typing import ClassVar, NamedTuple

from msgspec import Struct, field

from federation.insight.explain.circumstances import At, Supposed, SupposedRisks, proven_keys
from federation.insight.explain.identity import Identities
from federation.insight.explain.question import NOT_CHECKED, Identity, Question, Selected
from federation.insight.snapshot.snapshot import Snapshot
from federation.mapping.mapper import Mapper
from federation.mapping.own import OwnMappings
from federation.mapping.principals import Principals
from federation.minting.current_state import check_revocations
from federation.model.authorization import TokenTerms
from federation.model.binding import ProvenKeys
from federation.model.json import Claims, Json, JsonObject
from federation.model.policy import Decision, DecisionRequest
from federation.model.tokens import Acting, Caller, VerifiedToken
from federation.model.trust import MappedPrincipal
from federation.oauth.errors import InvalidClient, InvalidRequest, OAuthError, UnauthorizedClient
from federation.oauth.identifiers import GrantType, TokenType
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.oauth.steps import Step, at
from federation.pipeline import Pipeline
from federation.policy.authorizer import Authorizer
from federation.policy.cedar.engine import CedarEngine
from federation.policy.cedar.slices import DirectorySlices
from federation.policy.decider import Decider
from federation.value import Redacted
from federation.verification.issuers import TrustedIssuers
from federation.verification.providers import provider_named


class Asked(Redacted, Struct, frozen=True):
    """What was put to the policies, and what came of it."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"slices"})

    request: DecisionRequest
    decision: Decision
    slices: DirectorySlices


class Trail(Redacted, Struct):
    """What was proven until the decision came to its end."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"unverified", "unverified_actor"})

    question: Question
    own_issuer: str
    """Our URL."""
    client: Caller | None = None
    proven: ProvenKeys | None = None
    unverified: JsonObject = field(default_factory=dict[str, Json])
    """What the subject says of itself."""
    selected: Selected | None = None
    signature: str = ""
    subject: VerifiedToken | None = None
    unverified_actor: JsonObject = field(default_factory=dict[str, Json])
    """What the actor says of itself."""
    actor_selected: Selected | None = None
    actor_signature: str = ""
    actor: VerifiedToken | None = None
    mapped: MappedPrincipal | None = None
    acting: Acting | None = None
    asked: tuple[Asked, ...] = ()
    terms: TokenTerms | None = None
    """What the token would have."""
    refusal: OAuthError | None = None

    def done(self, step: str) -> None:
        """How long a step takes says nothing about the decision."""

    @property
    def tokens(self) -> tuple[VerifiedToken, ...]:
        """What was presented and read."""
        return tuple(token for token in (self.subject, self.actor) if token is not None)

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Whose tokens were read without their signature: the subject's, the actor's."""
        signatures = (("the subject token", self.signature), ("the actor token", self.actor_signature))
        return tuple(whose for whose, signature in signatures if signature == NOT_CHECKED)

    @property
    def allowed(self) -> bool:
        """Whether a token would have been minted."""
        return self.terms is not None


class _Listening(CedarEngine, frozen=True):
    """The engine, with an ear at the door."""

    heard: list[Asked] = field(default_factory=list)

    def decide(self, request: DecisionRequest, slices: DirectorySlices) -> Decision:
        """As the engine does."""
        decision = CedarEngine.decide(self, request, slices)
        self.heard.append(Asked(request, decision, slices))
        return decision


class _Policies(NamedTuple):
    """Compiled once, however many snapshots have the same."""

    engine: _Listening
    decider: Decider


def _policies(snapshot: Snapshot) -> _Policies:
    engine = _Listening()
    return _Policies(engine, Decider(snapshot, engine))


def _shared(snapshot: Snapshot, like: "Decisions | None") -> _Policies | None:
    same = like is not None and like.snapshot.policy_documents is snapshot.policy_documents
    return like.policies if like is not None and same else None


class Decisions:
    """Decides on the documents of one snapshot. Not for several threads at once."""

    def __init__(self, snapshot: Snapshot, own_issuer: str, like: "Decisions | None" = None) -> None:
        """`own_issuer`: our URL. `like`: whose compiled policies may serve, where they are the same."""
        self.snapshot = snapshot
        self.own_issuer = own_issuer
        self.policies: _Policies = _shared(snapshot, like) or _policies(snapshot)
        self._identities = Identities(snapshot, own_issuer, TrustedIssuers(snapshot, own_issuer))
        self._principals = Principals(Mapper(snapshot, provider_named), OwnMappings(snapshot, snapshot))

    def on(self, snapshot: Snapshot) -> "Decisions":
        """The same on other documents."""
        return Decisions(snapshot, self.own_issuer, self)

    def decide(self, question: Question) -> Trail:
        """How the request would come out; never raises an OAuthError."""
        trail, self.policies.engine.heard[:] = Trail(question, self.own_issuer), ()
        try:
            self._follow(trail)
        except OAuthError as refusal:
            trail.refusal, trail.terms = refusal, None
        trail.asked = tuple(self.policies.engine.heard)
        return trail

    def _follow(self, trail: Trail) -> None:
        """But for the commit, which alone writes: of that only what is revoked is looked at."""
        question, clock = trail.question, At(trail.question.now)
        supposed = Supposition(trail, self.snapshot, self._identities)
        authorizer = Authorizer(
            self.snapshot,
            self.policies.decider,
            clock,
            Supposed(question),
            SupposedRisks(question, lambda: trail.mapped),
        )
        pipeline = Pipeline(supposed, supposed, supposed, self._principals, authorizer, clock)
        terms = pipeline.decide(_request(question), trail, _not_counted)
        check_revocations(terms.not_revoked, question.revoked or {})


class Supposition(Struct, frozen=True):
    """What a question supposes, in place of what callers prove."""

    trail: Trail
    snapshot: Snapshot
    identities: Identities

    def authenticate(self, _request: ExchangeRequest) -> Caller:
        """The client that is named, as if it had proven itself; raises InvalidClient, UnauthorizedClient."""
        id_ = self.trail.question.client
        if id_ is None and self.trail.question.subject is None:
            raise UnauthorizedClient(Reason.GRANT_NOT_ALLOWED, "no client asks for itself")
        if id_ is None:
            return Caller()
        client = self.snapshot.client(id_)
        if client is None or not client.enabled:
            detail = f"client {id_} is {'disabled' if client else 'not registered'}"
            raise InvalidClient(Reason.CLIENT_AUTHENTICATION_FAILED, detail)
        return Caller(client, documents=(client.document,))

    def verify(self, _request: ExchangeRequest) -> ProvenKeys:
        """Proof of every key that the tokens are bound to, by the means that the question names."""
        question = self.trail.question
        return proven_keys(question, self._claims(question.subject, question.actor))

    def _claims(self, *identities: Identity | None) -> Iterator[Claims]:
        for identity in identities:
            with suppress(InvalidRequest):
                yield from () if identity is None else (self.identities.unverified(identity),)

    def verify_subject(self, _request: ExchangeRequest) -> VerifiedToken:
        """What the claims would prove; raises a typed OAuthError."""
        trail, question = self.trail, self.trail.question
        identity = question.subject or Identity()
        with at(Step.ISSUER):
            trail.unverified = self.identities.unverified(identity)
            trail.selected = self.identities.select(identity, question.now)
        subject, trail.signature = self.identities.check(trail.selected, identity, At(question.now))
        return subject

    def verify_actor(self, _request: ExchangeRequest) -> VerifiedToken | None:
        """The same of the actor; None: the question names none."""
        trail, question = self.trail, self.trail.question
        if question.actor is None:
            return None
        trail.unverified_actor = self.identities.unverified(question.actor)
        trail.actor_selected = self.identities.select(question.actor, question.now)
        actor, trail.actor_signature = self.identities.check(trail.actor_selected, question.actor, At(question.now))
        return actor


def _not_counted(_client: Caller, _subject: VerifiedToken) -> None:
    """A question takes nothing of any limit."""


def _request(question: Question) -> ExchangeRequest:
    itself = question.subject is None
    return ExchangeRequest(
        grant=GrantType.CLIENT_CREDENTIALS if itself else GrantType.TOKEN_EXCHANGE,
        subject_token_type=None if itself else TokenType.JWT,
        audiences=question.audiences,
        resources=question.resources,
        scopes=question.scopes,
        source_ip=question.source_ip,
        correlation_id="explained",
        authorization_details=question.authorization_details,
    )
