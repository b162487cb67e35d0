"""What can be asked of explain, and what it answers."""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from federation.admin_api.models import Body, Shown
from federation.insight.explain.question import ANY_ADDRESS, Identity, Question

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
    """A request that somebody could make; without an identity a registered client asks for itself."""

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

    allowed: bool
    steps: Annotated[list[dict[str, Any]], Field(description="Each with its outcome: ok, refused or skipped.")]
    decision: Annotated[dict[str, Any] | None, Field(description="What the token would have.")]
    refusal: Annotated[dict[str, Any] | None, Field(description="What the caller would be told, and the detail.")]
    suggestions: Annotated[list[dict[str, Any]], Field(description="The smallest edits that would allow it.")]
    edits: Annotated[list[dict[str, Any]], Field(description="Those of the first suggestion.")]
    obstacles: Annotated[list[dict[str, Any]], Field(description="Conditions of policies that forbid it.")]


class ReachShown(Shown):
    """Who reaches what, by the documents alone."""

    items: Annotated[list[dict[str, Any]], Field(default_factory=list, description="Ways to the audience.")]
    principal: str | None = None
    itself: Annotated[
        list[dict[str, Any]], Field(default_factory=list, description="What the principal reaches by itself.")
    ]
    acts_for: Annotated[list[dict[str, Any]], Field(default_factory=list, description="For whom it may act.")]
    truncated: Annotated[bool, Field(description="There is more than was looked at, or than is shown.")]
