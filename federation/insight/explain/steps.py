"""What an explanation is: steps in their order, and what came of them."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from federation.insight.edits.values import Obstacle, Suggestion
from federation.model.json import JsonObject
from federation.oauth.steps import Step

Outcome: TypeAlias = Literal["ok", "refused", "skipped"]

ORDER = tuple(step for step in Step if step not in (Step.PROOF, Step.LIMITS))
"""As they are told: a question supposes its proofs, and takes nothing of any limit."""


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """One thing that was looked at."""

    step: Step
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
    step: Step


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
    steps: tuple[ExplainedStep, ...]
    decision: Decided | None = None
    refusal: Refusal | None = None
    suggestions: tuple[Suggestion, ...] = ()
    """The smallest edits that would allow it, the narrowest first."""
    obstacles: tuple[Obstacle, ...] = ()
    """Conditions that forbid it."""

    def step(self, name: str) -> ExplainedStep:
        """The step of that name."""
        return next(step for step in self.steps if step.step == name)
