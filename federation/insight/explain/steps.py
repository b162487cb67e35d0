"""What an explanation is: steps in their order, and what came of them."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from federation.insight.edits.values import Obstacle, Suggestion
from federation.model.json import JsonObject
from federation.oauth.errors import (
    AccessDenied,
    AuthorizationPending,
    InvalidAuthorizationDetails,
    InvalidClient,
    InvalidDpopProof,
    InvalidScope,
    InvalidTarget,
    OAuthError,
    UnauthorizedClient,
    UseDpopNonce,
)
from federation.oauth.reasons import Reason

StepName: TypeAlias = Literal[
    "issuer",
    "claims",
    "mapping",
    "client",
    "actor",
    "targets",
    "scopes",
    "details",
    "policy",
    "obligations",
    "lifetime",
    "revocations",
]
Outcome: TypeAlias = Literal["ok", "refused", "skipped"]

ORDER: tuple[StepName, ...] = (
    "client",
    "issuer",
    "claims",
    "mapping",
    "actor",
    "targets",
    "scopes",
    "details",
    "policy",
    "obligations",
    "lifetime",
    "revocations",
)
"""As they are told, which is nearly as they are taken."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was looked at."""

    step: StepName
    outcome: Outcome
    detail: str
    """For people."""
    facts: JsonObject = field(default_factory=dict)
    """For machines; never a token's text."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the caller would be told, and `detail`, which the audit record would have."""

    error: str
    reason: str
    advice: str
    detail: str
    step: StepName


@dataclass(frozen=True, slots=True)
class Decided:
    """What the token would have. Times: seconds."""

    principal: str
    tenant: str | None
    client_id: str
    audiences: tuple[str, ...]
    scopes: tuple[str, ...]
    expires_at: int
    lifetime: int
    environment: str | None
    act: JsonObject | None
    context: JsonObject
    binding: Literal["dpop", "mtls"] | None
    """By what kind of key it would be bound."""
    authorization_details: tuple[JsonObject, ...]
    opaque: bool
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a request comes out, and why."""

    allowed: bool
    steps: tuple[Step, ...]
    decision: Decided | None = None
    refusal: Refusal | None = None
    suggestions: tuple[Suggestion, ...] = ()
    """The smallest edits that would allow it, the narrowest first."""
    obstacles: tuple[Obstacle, ...] = ()
    """Conditions that forbid it."""

    def step(self, name: StepName) -> Step:
        """The step of that name."""
        return next(step for step in self.steps if step.step == name)


_BY_REASON: dict[Reason, StepName] = {
    Reason.POLICY_DENIED: "policy",
    Reason.POLICY_UNAVAILABLE: "policy",
    Reason.TOO_MANY_SCOPES: "obligations",
    Reason.PROOF_REQUIRED: "obligations",
    Reason.APPROVAL_REQUIRED: "obligations",
    Reason.CLIENT_NOT_PERMITTED: "client",
    Reason.UNSUPPORTED_REQUESTED_TOKEN_TYPE: "targets",
    Reason.TOKEN_EXPIRES_TOO_SOON: "lifetime",
    Reason.ACTOR_REQUIRED: "actor",
    Reason.ACTOR_NOT_PERMITTED: "actor",
    Reason.CHAIN_TOO_LONG: "actor",
    Reason.CHAIN_CYCLE: "actor",
    Reason.WRONG_AUDIENCE: "actor",
}
_BY_ERROR: tuple[tuple[type[OAuthError], StepName], ...] = (
    (InvalidTarget, "targets"),
    (InvalidScope, "scopes"),
    (InvalidAuthorizationDetails, "details"),
    (UnauthorizedClient, "client"),
    (InvalidClient, "client"),
    (AuthorizationPending, "obligations"),
    (AccessDenied, "obligations"),
    (InvalidDpopProof, "obligations"),
    (UseDpopNonce, "obligations"),
)


def step_of(refusal: OAuthError, reached: str) -> StepName:
    """The step at which a request was refused. `reached`: the part of the pipeline that refused it."""
    before = next((name for name in ORDER if name == reached), None)
    if before is not None:
        return before
    if refusal.reason in _BY_REASON:
        return _BY_REASON[refusal.reason]
    return next((step for error, step in _BY_ERROR if isinstance(refusal, error)), "obligations")
