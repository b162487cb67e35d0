"""THE decision of the token path, made on documents in memory: the same steps in the same order, and nothing minted."""

from dataclasses import dataclass, field
from typing import NamedTuple

from federation.authentication.client_credentials import as_verified_token
from federation.insight.explain.circumstances import At, Supposed, proven_keys, risks_of
from federation.insight.explain.identity import Identities
from federation.insight.explain.question import Question
from federation.insight.explain.selected import Selected
from federation.insight.snapshot.snapshot import Snapshot
from federation.mapping.mapper import Mapper
from federation.mapping.own import OwnMappings
from federation.mapping.principals import Principals
from federation.minting.current_state import check_revocations
from federation.model.authorization import Authorization
from federation.model.json import Json, JsonObject
from federation.model.policy import Decision, DecisionRequest
from federation.model.tokens import Acting, Caller, VerifiedToken
from federation.model.trust import MappedPrincipal
from federation.oauth.errors import InvalidClient, OAuthError, UnauthorizedClient
from federation.oauth.identifiers import GrantType, TokenType
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.policy.authorizer import Authorizer
from federation.policy.cedar.engine import CedarEngine
from federation.policy.cedar.slices import PolicySlices
from federation.policy.decider import Decider
from federation.verification.issuers import TrustedIssuers
from federation.verification.providers import provider_named


@dataclass(frozen=True, slots=True)
class Asked:
    """What was put to the policies, and what came of it."""

    request: DecisionRequest
    decision: Decision
    slices: PolicySlices = field(repr=False)


@dataclass(slots=True)
class Trail:
    """What was proven until the decision came to its end."""

    question: Question
    own_issuer: str
    """Our URL."""
    at: str = "client"
    """The step that was reached."""
    client: Caller | None = None
    unverified: JsonObject = field(default_factory=dict[str, Json], repr=False)
    """What the subject says of itself."""
    selected: Selected | None = None
    signature: str = ""
    subject: VerifiedToken | None = None
    unverified_actor: JsonObject = field(default_factory=dict[str, Json], repr=False)
    """What the actor says of itself."""
    actor_selected: Selected | None = None
    actor: VerifiedToken | None = None
    mapped: MappedPrincipal | None = None
    acting: Acting | None = None
    asked: tuple[Asked, ...] = ()
    authorization: Authorization | None = None
    refusal: OAuthError | None = None

    @property
    def tokens(self) -> tuple[VerifiedToken, ...]:
        """What was presented and read."""
        return tuple(token for token in (self.subject, self.actor) if token is not None)

    @property
    def allowed(self) -> bool:
        """Whether a token would have been minted."""
        return self.authorization is not None


@dataclass(frozen=True, slots=True)
class _Listening(CedarEngine):
    """The engine, with an ear at the door."""

    heard: list[Asked] = field(default_factory=list)

    def decide(self, request: DecisionRequest, slices: PolicySlices) -> Decision:
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
            trail.refusal = refusal
        trail.asked = tuple(self.policies.engine.heard)
        return trail

    def _follow(self, trail: Trail) -> None:
        """The pipeline of `federation.exchange`, but for bytes, signatures and what only the commit writes."""
        question = trail.question
        trail.client = client = self._client(question.client)
        subject, mapped = self._identify(trail, question)
        request = _request(question)
        trail.at = "authorization"
        risks, proven = risks_of(question.risk, trail.mapped, question.now), proven_keys(question, trail.tokens)
        authorizer = Authorizer(self.snapshot, self.policies.decider, At(question.now), Supposed(question), risks)
        authorization = authorizer.authorize(client, proven, subject, trail.acting, mapped, request)
        trail.at = "revocations"
        check_revocations(authorization.not_revoked, question.revoked or {})
        trail.authorization = authorization

    def _identify(self, trail: Trail, question: Question) -> tuple[VerifiedToken, MappedPrincipal]:
        if question.subject is None:
            trail.subject = _itself(trail.client, question.now)
            trail.mapped = self._principals.resolve(trail.subject, _request(question))
            return trail.subject, trail.mapped
        clock, request = At(question.now), _request(question)
        trail.at = "issuer"
        trail.unverified = self._identities.unverified(question.subject)
        trail.selected = self._identities.select(question.subject, question.now)
        trail.at = "claims"
        trail.subject, trail.signature = self._identities.check(trail.selected, question.subject, clock)
        if question.actor is not None:
            trail.at = "actor"
            trail.unverified_actor = self._identities.unverified(question.actor)
            trail.actor_selected = self._identities.select(question.actor, question.now)
            trail.actor, _ = self._identities.check(trail.actor_selected, question.actor, clock)
        trail.at = "mapping"
        trail.mapped = self._principals.resolve(trail.subject, request)
        trail.at = "actor"
        trail.acting = self._principals.resolve_actor(trail.actor, request)
        return trail.subject, trail.mapped

    def _client(self, id_: str | None) -> Caller:
        if id_ is None:
            return Caller()
        client = self.snapshot.client(id_)
        if client is None or not client.enabled:
            detail = f"client {id_} is {'disabled' if client else 'not registered'}"
            raise InvalidClient(Reason.CLIENT_AUTHENTICATION_FAILED, detail)
        return Caller(client, documents=(client.document,))


def _itself(caller: Caller | None, now: int) -> VerifiedToken:
    if caller is None or caller.client is None:
        raise UnauthorizedClient(Reason.GRANT_NOT_ALLOWED, "nobody in particular asks for itself")
    return as_verified_token(caller.client, now)


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
