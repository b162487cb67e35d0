"""What a signal is: small logic, and a record of what it means, when it is told and what shows that it works."""

from collections.abc import Callable
from typing import TypeAlias

from msgspec import Struct

from federation.model.json import JsonObject
from federation.model.signals import Severity, Watched, WatchedKind
from federation.signals.memory import Memory
from federation.signals.observation import Observation


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
    """Where it says what to do, under docs/."""
    cases: tuple[Case, ...]
    """A hit and a miss at least."""
    period: int = 3600
    """Seconds in which it is told once for each identity, and again only if its score grows."""
    strangers: bool = False
    """Whether it looks at requests without a proven subject, and at no others."""
    raises: bool = True
    """Whether it raises the identity's risk score. Nothing that a stranger may cause ever does."""
