"""What is unusual, as it is kept and told."""

from collections.abc import Mapping as ReadOnly
from typing import Any, Literal, NamedTuple, TypeAlias

from msgspec import Struct, field

from federation.model.risk import RiskKey

RINGS_AT = 70
"""Score from which people are told at once; below, it is a record that they can look at."""
KEPT = 90 * 24 * 60 * 60
"""Seconds for which a signal can be looked at."""

WatchedKind: TypeAlias = Literal["principal", "issuer", "client", "tenant", "address"]
Severity: TypeAlias = Literal["low", "medium", "high"]


class Watched(NamedTuple):
    """An identity with a history of its own, in its tenant; a tenant and an address are in none."""

    what: WatchedKind
    value: str
    tenant: str | None = None

    @property
    def risk_key(self) -> RiskKey | None:
        """Whose risk score it is; None: tenants and addresses have none."""
        if self.what in ("principal", "issuer", "client"):
            return RiskKey(self.what, self.value, self.tenant)
        return None


class Signal(Struct, frozen=True):
    """What was found."""

    id: str
    """The same for the same finding, however often it is looked at."""
    name: str
    severity: Severity
    watched: Watched
    score: int
    """0 to 100."""
    at: int
    """When the record happened that showed it: seconds since the epoch."""
    title: str
    runbook: str
    """Where it says what to do, under docs/."""
    tenant: str | None
    """Whose admins see it; None: those of the whole platform."""
    evidence: ReadOnly[str, Any] = field(default_factory=dict)
    """JSON."""
    correlation_ids: tuple[str, ...] = ()
    raises: bool = False
    """Whether it raised the risk score of whom it is about."""

    @property
    def rings(self) -> bool:
        """Whether people are told at once."""
        return self.score >= RINGS_AT


class StoredMemory(NamedTuple):
    """What is remembered of an identity, as it lies in a store."""

    content: bytes
    version: int
    """Counts its writes from 1."""


class SignalSearch(Struct, frozen=True):
    """Which signals."""

    since: int = 0
    """Seconds since the epoch."""
    until: int | None = None
    name: str | None = None
    what: str | None = None
    value: str | None = None
    score: int = 0
    """At least."""
    tenant: str | None = None
    """Whose; None: all tenants'."""


class SignalPage(NamedTuple):
    """Some of them, the newest first."""

    items: tuple[Signal, ...]
    after: str | None
    """Where it goes on; None: that was all."""
