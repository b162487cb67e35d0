"""What a signal is: small logic, and a record of what it means, when it is told and what shows that it works."""

from collections.abc import Callable
from collections.abc import Mapping as ReadOnly
from typing import Literal, TypeAlias

from msgspec import Struct, field

from federation.model.json import Json, JsonObject
from federation.signals.memory import Memory
from federation.signals.observation import Observation, Watched, WatchedKind

RINGS_AT = 70
"""Score from which people are told at once; below, it is a record that they can look at."""

Severity: TypeAlias = Literal["low", "medium", "high"]


class Sight(Struct, frozen=True):
    """One record as it meets the memory of one identity."""

    seen: Observation
    watched: Watched
    now: int
    """When it happened: seconds since the epoch."""
    established: bool
    """Whether there was a history before."""
    acts: bool = False
    """Whether the identity acts for another one in it."""


class Finding(Struct, frozen=True):
    """Something unusual."""

    score: int
    evidence: JsonObject


Look: TypeAlias = Callable[[Memory, Sight], Finding | None]
"""Learns the record, and says what is unusual about it."""


class Step(Struct, frozen=True):
    """Records of a case: `times` of them, `every` seconds apart, the first `after` seconds behind what came before."""

    record: JsonObject
    times: int = 1
    every: float = 1.0
    after: float = 0.0


class Case(Struct, frozen=True):
    """A sequence with a clock, and the score that the signal has by its end; 0: it is not told."""

    name: str
    steps: tuple[Step, ...]
    score: int


class Definition(Struct, frozen=True):
    """A signal."""

    name: str
    title: str
    """One sentence for people."""
    of: frozenset[WatchedKind]
    severity: Severity
    look: Look
    runbook: str
    """The page that says what to do: docs/runbooks/<runbook>.md."""
    cases: tuple[Case, ...]
    """A hit and a miss at least."""
    period: int = 3600
    """Seconds in which it is told once for each identity, and again only if its score grows."""
    strangers: bool = False
    """Whether it looks at requests without a proven subject, and at no others."""
    raises: bool = True
    """Whether it raises the identity's risk score. Nothing that a stranger may cause ever does."""


class Signal(Struct, frozen=True):
    """What was found."""

    id: str
    """The same for the same finding, however often it is looked at."""
    name: str
    severity: Severity
    watched: Watched
    score: int
    at: int
    title: str
    runbook: str
    tenant: str | None
    """Whose admins see it; None: those of the whole platform."""
    evidence: ReadOnly[str, Json] = field(default_factory=dict)
    correlation_ids: tuple[str, ...] = ()
    raises: bool = False

    @property
    def rings(self) -> bool:
        """Whether people are told at once."""
        return self.score >= RINGS_AT
