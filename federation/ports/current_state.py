"""What stands at this moment: documents, revocations, risk, approvals."""

from collections.abc import Callable, Collection
from collections.abc import Mapping as ReadOnly
from typing import Protocol

from msgspec import Struct, field

from federation.model.approval import ApprovalPage, ApprovalRequest, StoredApproval
from federation.model.documents import StoredDocument
from federation.model.revocation import Revocation, RevocationKey
from federation.model.risk import RiskCause, RiskKey, RiskScore
from federation.model.trust import DocumentRef


class CurrentVersionsQuery(Struct, frozen=True):
    """What a decision or a token rests on."""

    documents: frozenset[DocumentRef] = frozenset()
    revocations: frozenset[RevocationKey] = frozenset()
    risks: frozenset[RiskKey] = frozenset()
    whole: frozenset[DocumentRef] = frozenset()
    """Documents of which what they say is asked for, too."""


class CurrentVersions(Struct, frozen=True):
    """How all of that stands at this moment. What is absent: deleted, not revoked, without a score."""

    versions: ReadOnly[DocumentRef, int] = field(default_factory=dict)
    revocations: ReadOnly[RevocationKey, Revocation] = field(default_factory=dict)
    risks: ReadOnly[RiskKey, RiskScore] = field(default_factory=dict)
    documents: tuple[StoredDocument, ...] = ()
    """Those that were asked for as a whole, as far as they are there and can be read."""


class CurrentState(Protocol):
    """Whether what was decided with, or what a token says, still stands."""

    def standing(self, question: CurrentVersionsQuery) -> CurrentVersions:
        """One strongly consistent read of everything that is asked for (ATTACKS F11, M3)."""
        ...

    def start_standing(self, question: CurrentVersionsQuery) -> Callable[[], CurrentVersions]:
        """The same in two steps, of which the second waits; each may raise."""
        ...


class RevocationStore(Protocol):
    """Where revocations are written."""

    def revoke(self, revocation: Revocation) -> None:
        """Durable when it returns. An earlier revocation of the same key is only ever made stricter."""
        ...

    def revocations(self) -> tuple[Revocation, ...]:
        """Those that have not expired; one that was written a moment ago may be missing."""
        ...


class RiskScores(Protocol):
    """Where risk scores are raised, and explained."""

    def raise_score(self, key: RiskKey, cause: RiskCause) -> tuple[RiskCause, ...]:
        """All that stands under the key, durable when it returns; raises TemporarilyUnavailable.

        At no later moment is the score lower than before, also when others raise it at the same time. Safe to repeat.
        """
        ...

    def causes(self, keys: Collection[RiskKey]) -> ReadOnly[RiskKey, tuple[RiskCause, ...]]:
        """Why scores are what they are, by a strongly consistent read; without those that have come to their end."""
        ...


class Approvals(Protocol):
    """Requests that wait for a person, and what that person said."""

    def approval(self, id_: str) -> StoredApproval | None:
        """A strongly consistent read; None: never asked, forgotten, or `expires_at` has come."""
        ...

    def ask(self, request: ApprovalRequest, now: int, lifetime: int, *, used_up: int | None = None) -> StoredApproval:
        """What stands: made pending now, or there already, whatever its state.

        What expired is replaced, and so is an approval of the version `used_up`. Raises TemporarilyUnavailable where
        too many of the principal's or issuer's requests wait already.
        """
        ...

    def decide(self, decided: StoredApproval) -> None:
        """Write `decided` if its predecessor (version - 1) is current, else raise VersionConflict. Safe to repeat."""
        ...

    def page(self, after: str | None, limit: int) -> ApprovalPage:
        """Those that have not expired, nearly the newest first; one that was asked a moment ago may be missing."""
        ...
