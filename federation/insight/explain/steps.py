"""What an explanation is: steps in their order, and what came of them."""

from typing import Literal, TypeAlias

from msgspec import Struct, field

from federation.insight.edits.patch import Obstacle, Suggestion
from federation.model.json import JsonObject
from federation.model.policy import Proof
from federation.oauth.steps import Step

Outcome: TypeAlias = Literal["ok", "refused", "skipped"]

ORDER = tuple(step for step in Step if step not in (Step.PROOF, Step.LIMITS))
"""As they are told: a question supposes its proofs, and takes nothing of any limit."""


class ExplainedStep(Struct, frozen=True):
    """One thing that was looked at."""

    step: Step
    outcome: Outcome
    detail: str
    """For people."""
    facts: JsonObject = field(default_factory=dict)
    """For machines; never a token's text."""


class Refusal(Struct, frozen=True):
    """What the caller would be told, and `detail`, which the audit record would have."""

    error: str
    reason: str
    advice: str
    detail: str
    step: Step


class Decided(Struct, frozen=True):
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
    binding: Proof | None
    """By what kind of key it would be bound."""
    authorization_details: tuple[JsonObject, ...]
    opaque: bool
    policies: tuple[str, ...]


class Explanation(Struct, frozen=True):
    """How a request comes out, and why."""

    allowed: bool
    """Never where a signature was not checked."""
    steps: tuple[ExplainedStep, ...]
    decision: Decided | None = None
    """What the token would have; of an undecided request, if the signature is good."""
    refusal: Refusal | None = None
    undecided: str | None = None
    """Why it is neither allowed nor refused: whose signature could not be checked here."""
    suggestions: tuple[Suggestion, ...] = ()
    """The smallest edits that would allow it, the narrowest first."""
    obstacles: tuple[Obstacle, ...] = ()
    """Conditions that forbid it."""

    def step(self, name: str) -> ExplainedStep:
        """The step of that name."""
        return next(step for step in self.steps if step.step == name)
