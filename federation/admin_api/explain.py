"""`POST /admin/v1/explain` and `GET /admin/v1/whocan`: why, and who; nothing is minted, fetched or written."""

from collections.abc import Collection, Iterator, Mapping
from http import HTTPStatus
from typing import Annotated, Any, Literal, Self

from msgspec import Struct
from msgspec.structs import replace
from pydantic import BeforeValidator, Field, model_validator

from federation.admin_api.models import Body, Shown
from federation.admin_api.operation import AdminRequest, Answer, Operation, Parameter
from federation.admin_api.refusals import AdminRefusal, forbidden
from federation.admin_api.risk import RiskShown
from federation.insight.explain.decision import Decisions, Trail
from federation.insight.explain.explanation import explain
from federation.insight.explain.question import ANY_ADDRESS, Identity, Question
from federation.insight.render import render
from federation.insight.snapshot.loading import TrustLoader
from federation.insight.snapshot.snapshot import Snapshot
from federation.insight.whocan.reach import reach_of, reach_of_issuer, who_can
from federation.model.confirmation import TRUST_READ
from federation.model.policy import Risk
from federation.model.risk import RiskCause, RiskKey, score_of
from federation.oauth.reasons import Reason
from federation.policy.decider import risk_keys
from federation.ports import Clock, CurrentState, CurrentVersionsQuery, RiskScores

MAX_TOKEN = 16_384

Token = Annotated[
    str | None, Field(max_length=MAX_TOKEN, repr=False, description="Its text: read, and neither kept nor logged.")
]
Claims = Annotated[dict[str, Any] | None, Field(repr=False, description="Taken as proven.")]
IssuerName = Annotated[
    str | None, Field(max_length=63, description="Id of the Issuer that proves claims otherwise than by a JWT.")
]


class IdentityBody(Body):
    """Whose request: a token, or bare claims."""

    token: Token = None
    claims: Claims = None
    issuer: IssuerName = None

    @model_validator(mode="after")
    def _one(self) -> "IdentityBody":
        if (self.token is None) == (self.claims is None):
            raise ValueError("name a token or claims, one of them")
        return self

    @property
    def identity(self) -> Identity:
        """As the decision takes it."""
        return Identity(self.claims or {}, self.token, issuer=self.issuer)


def _identity(actor: object) -> object:
    """Short for a token, or for claims: they have an `iss`."""
    if isinstance(actor, str):
        return {"token": actor}
    return {"claims": actor} if isinstance(actor, dict) and "iss" in actor else actor


def _joined(words: object) -> object:
    if isinstance(words, list) and all(isinstance(word, str) for word in words):
        return " ".join(words)
    return words


Actor = Annotated[
    IdentityBody | None,
    BeforeValidator(_identity, json_schema_input_type=IdentityBody | str | dict[str, Any] | None),
    Field(repr=False, description="Who acts: token or claims as of the subject, or the token or the claims alone."),
]
Words = Annotated[
    str,
    BeforeValidator(_joined, json_schema_input_type=Annotated[str, Field(max_length=4096)] | list[str]),
    Field(max_length=4096, description="Separated by spaces, or a list."),
]


class ExplainBody(Body):
    """A request that a caller could make; without an identity a registered client asks for itself."""

    token: Token = None
    claims: Claims = None
    issuer: IssuerName = None
    actor: Actor = None
    actor_token: Token = None
    audience: Annotated[Words, Field(description="Ids of audiences, separated by spaces, or a list.")] = ""
    audiences: Annotated[list[str], Field(default_factory=list, max_length=20)]
    resource: Annotated[list[str], Field(default_factory=list, max_length=20)]
    scope: Words | None = None
    client: Annotated[str | None, Field(max_length=63, description="Taken as authenticated.")] = None
    client_id: Annotated[str | None, Field(max_length=63, description="The same.")] = None
    ip: Annotated[str, Field(max_length=45, description="The source address.")] = ANY_ADDRESS
    proof: Annotated[Literal["none", "dpop", "mtls"], Field(description="How the caller proves a key.")] = "none"
    approved: Annotated[bool, Field(description="Suppose that somebody approved what policies want approved.")] = False
    authorization_details: Annotated[list[dict[str, Any]], Field(default_factory=list, max_length=20)]

    @model_validator(mode="after")
    def _whole(self) -> "ExplainBody":
        if self.token is not None and self.claims is not None:
            raise ValueError("name a token or claims, not both")
        if self.actor is not None and self.actor_token is not None:
            raise ValueError("name actor or actor_token, not both")
        if self.subject is None and self._client is None:
            raise ValueError("name a token, claims or a client")
        return self

    @property
    def subject(self) -> Identity | None:
        """None: the client asks for itself."""
        if self.token is None and self.claims is None:
            return None
        return Identity(self.claims or {}, self.token, issuer=self.issuer)

    def question(self, now: int, approver: str) -> Question:
        """As the decision takes it. `approver`: who is supposed to have approved."""
        return Question(
            subject=self.subject,
            now=now,
            actor=self._actor,
            audiences=tuple(dict.fromkeys([*self.audience.split(), *self.audiences])),
            resources=tuple(self.resource),
            scopes=None if self.scope is None else tuple(self.scope.split()),
            client=self._client,
            source_ip=self.ip,
            proof=self.proof,
            approved_by=approver if self.approved else None,
            authorization_details=tuple(self.authorization_details),
        )

    @property
    def identities(self) -> Iterator[Identity]:
        """The subject, and who acts."""
        yield from (one for one in (self.subject, self._actor) if one is not None)

    @property
    def _client(self) -> str | None:
        return self.client or self.client_id

    @property
    def _actor(self) -> Identity | None:
        if self.actor is not None:
            return self.actor.identity
        return None if self.actor_token is None else Identity(token=self.actor_token)


class ExplanationShown(Shown):
    """How the request comes out, and why."""

    allowed: Annotated[bool, Field(description="False as well where it is undecided.")]
    steps: Annotated[list[dict[str, Any]], Field(description="Each with its outcome: ok, refused or skipped.")]
    decision: Annotated[dict[str, Any] | None, Field(description="What the token would have.")]
    refusal: Annotated[dict[str, Any] | None, Field(description="What the caller would be told, and the detail.")]
    undecided: Annotated[str | None, Field(description="Whose signature was not checked, so that nothing is decided.")]
    suggestions: Annotated[list[dict[str, Any]], Field(description="The smallest edits that would allow it.")]
    edits: Annotated[list[dict[str, Any]], Field(description="Those of the first suggestion.")]
    risk: Annotated[list[RiskShown], Field(description="Scores above 0 of whom it is about, who acts and who asks.")]
    obstacles: Annotated[list[dict[str, Any]], Field(description="Conditions of policies that forbid it.")]


MOST_WAYS = 500


class ReachShown(Shown):
    """Who reaches what, by the documents alone."""

    items: Annotated[list[dict[str, Any]], Field(default_factory=list, description="Ways to the audience.")]
    principal: str | None = None
    itself: Annotated[
        list[dict[str, Any]], Field(default_factory=list, description="What the principal reaches by itself.")
    ]
    acts_for: Annotated[list[dict[str, Any]], Field(default_factory=list, description="For whom it may act.")]
    truncated: Annotated[bool, Field(description="There is more than was looked at, or than is shown.")]

    @classmethod
    def of(cls, reach: dict[str, Any], *, truncated: bool) -> Self:
        """The first of each list. `truncated`: whether there is more than was looked at."""
        lists = [one for one in reach.values() if isinstance(one, list)]
        shown = {name: one[:MOST_WAYS] if isinstance(one, list) else one for name, one in reach.items()}
        more = truncated or any(len(one) > MOST_WAYS for one in lists)
        return cls.model_validate({**shown, "truncated": more})


AUDIENCE = Parameter("audience", r"[a-z0-9][a-z0-9._-]{0,62}", "Who reaches this?")
SCOPE = Parameter("scope", r"[\x21\x23-\x5B\x5D-\x7E]{1,128}", "With audience: for this scope alone.")
PRINCIPAL = Parameter("principal", r"[A-Za-z0-9._@/-]{1,256}", "What does this one reach, and for whom may it act?")
ISSUER = Parameter(
    "issuer", r"[a-z0-9][a-z0-9._-]{0,62}", "Only identities of that Issuer; alone: all that they reach."
)


class Explanations(Struct, frozen=True):
    """A tenant's admin asks about identities of the tenant's issuers alone."""

    loader: TrustLoader
    state: CurrentState
    risks: RiskScores
    clock: Clock

    def operations(self) -> Iterator[Operation]:
        """The table."""
        yield Operation(
            "POST",
            "/explain",
            TRUST_READ,
            "Decide a request as the token endpoint would, step by step, with the smallest edit that would allow it.",
            handle=self._explain,
            name="explain",
            request=ExplainBody,
            response=ExplanationShown,
        )
        yield Operation(
            "GET",
            "/whocan",
            TRUST_READ,
            "Who reaches an audience, or what a principal or an Issuer's identities reach, by the documents alone.",
            handle=self._whocan,
            name="whocan",
            query=(AUDIENCE, SCOPE, PRINCIPAL, ISSUER),
            response=ReachShown,
        )

    def _explain(self, request: AdminRequest) -> Answer:
        asked: ExplainBody = request.body
        question = asked.question(int(self.clock.now()), request.admin.principal)
        rest = self.loader.rest(request.admin.tenant)
        self._check_tenant(request, question, rest)
        snapshot = self.loader.for_question(question, rest, request.admin.tenant)
        scored, risk = self._scored(question, snapshot, request.admin.tenant)
        explained = explain(snapshot, self._revoked(scored, snapshot), self.loader.own_issuer)
        told: Any = render(explained)
        edits = told["suggestions"][0]["edits"] if told["suggestions"] else []
        return Answer(HTTPStatus.OK, ExplanationShown(**told, edits=edits, risk=risk))

    def _check_tenant(self, request: AdminRequest, question: Question, rest: Snapshot) -> None:
        tenant = request.admin.tenant
        if tenant is None:
            return
        for identity in (question.subject, question.actor):
            for one in self.loader.select(identity, rest, question.now) if identity else ():
                whose = one.claims.get("tenant") if one.ours else one.issuer.tenant
                if whose != tenant:
                    raise forbidden(Reason.OUTSIDE_TENANT)

    def _scored(self, question: Question, snapshot: Snapshot, tenant: str | None) -> tuple[Question, list[RiskShown]]:
        """With the scores of this moment: the highest count. Beside them what they are made of, as far as theirs."""
        owners = _parties(Decisions(snapshot, self.loader.own_issuer).decide(question))
        scores = {key: (causes, score_of(causes).now(question.now)) for key, causes in self._causes(owners).items()}
        highest = (
            max((now for key, (_, now) in scores.items() if key.counts_as == what), default=0) for what in _SCORED
        )
        shown = [
            RiskShown.of(key, causes, question.now, with_causes=tenant in (None, owners[key]))
            for key, (causes, now) in scores.items()
            if now
        ]
        return replace(question, risk=Risk(*highest)), shown

    def _causes(self, keys: Collection[RiskKey]) -> Mapping[RiskKey, tuple[RiskCause, ...]]:
        return self.risks.causes(keys) if keys else {}

    def _revoked(self, question: Question, snapshot: Snapshot) -> Question:
        """With what is revoked at this moment of all that the token would rest on."""
        terms = Decisions(snapshot, self.loader.own_issuer).decide(question).terms
        proofs = terms.not_revoked if terms else ()
        keys = frozenset(key for proof in proofs for key in proof.keys)
        found = self.state.standing(CurrentVersionsQuery(revocations=keys)).revocations if keys else {}
        return replace(question, revoked=found)

    def _whocan(self, request: AdminRequest) -> Answer:
        audience, scope, principal, issuer = (
            request.query.get(one.name) for one in (AUDIENCE, SCOPE, PRINCIPAL, ISSUER)
        )
        if (audience and principal) or not (audience or principal or issuer) or (scope and not audience):
            explained = "name audience, perhaps with scope, or principal, or issuer alone or beside one of them"
            raise AdminRefusal(HTTPStatus.BAD_REQUEST, Reason.MALFORMED_QUERY, explained)
        snapshot, truncated = self.loader.everything(request.admin.tenant)
        if principal is not None:
            reach: Any = render(reach_of(snapshot, principal, issuer))
            return Answer(HTTPStatus.OK, ReachShown.of(reach, truncated=truncated))
        found = who_can(snapshot, audience, scope, issuer) if audience else reach_of_issuer(snapshot, issuer or "")
        return Answer(HTTPStatus.OK, ReachShown.of({"items": render(found)}, truncated=truncated))


_SCORED = ("principal", "issuer", "client")


def _parties(trail: Trail) -> dict[RiskKey, str | None]:
    """Under which names scores are kept that policies look at, and whose tenant's each is."""
    people = [trail.mapped, trail.mapped and trail.mapped.current_actor, trail.acting and trail.acting.mapped]
    keys = {key: one.issuer.tenant for one in people if one for key in risk_keys(one)}
    client = trail.client.client if trail.client else None
    return keys | ({RiskKey("client", client.id, client.tenant): client.tenant} if client else {})
