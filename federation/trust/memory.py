"""Everything that a process remembers of trust, and how it learns that it is behind.

Every write of a document counts up one number, the revision. Whoever knows of which revision the memory is at least
can tell by one read whether anything at all was written since.
"""

from collections.abc import Mapping as ReadOnly
from threading import Lock
from typing import Protocol

from msgspec import Struct

from federation.model.history import TRUST_REVISION
from federation.model.risk import RiskKey, RiskScore
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Clock, CurrentState, CurrentVersionsQuery
from federation.trust.risks import KnownRisks

LOOKS = 20
"""How often in a row the refusal of somebody who is proven may be worth a look at the revision."""
LOOKS_PER_SECOND = 1.0
"""How often for good."""
FRESH = 0.25
"""Seconds for which nobody looks again for a caller who has proven nothing: junk costs nothing (ATTACKS Q1)."""

OF_STRANGERS = frozenset(
    {
        *(Reason.UNTRUSTED_ISSUER, Reason.AMBIGUOUS_ISSUER, Reason.UNKNOWN_KEY, Reason.UNSUPPORTED_ALGORITHM),
        Reason.BAD_SIGNATURE,
        *(Reason.WRONG_AUDIENCE, Reason.CERTIFICATE_REFUSED, Reason.CLIENT_AUTHENTICATION_FAILED),
    }
)
OF_THE_PROVEN = frozenset(
    {
        *(Reason.GRANT_NOT_ALLOWED, Reason.CLIENT_NOT_PERMITTED, Reason.IDENTITY_REFUSED),
        *(Reason.TOKEN_LIVES_TOO_LONG, Reason.AUTHENTICATION_TOO_OLD, Reason.TOKEN_EXPIRES_TOO_SOON),
        *(Reason.NO_MAPPING, Reason.AMBIGUOUS_MAPPING, Reason.PRINCIPAL_INVALID),
        *(Reason.ACTOR_REQUIRED, Reason.ACTOR_NOT_PERMITTED, Reason.PROOF_REQUIRED, Reason.APPROVAL_REQUIRED),
        *(Reason.TARGET_NOT_GRANTED, Reason.TARGET_UNSUPPORTED, Reason.SCOPE_REQUIRED, Reason.SCOPE_NOT_GRANTED),
        *(Reason.DETAILS_NOT_GRANTED, Reason.DETAILS_INVALID, Reason.POLICY_DENIED, Reason.TOO_MANY_SCOPES),
        *(Reason.APPROVAL_PENDING, Reason.APPROVAL_DENIED),
        Reason.POLICY_UNAVAILABLE,  # a broken one may have been mended
    }
)
"""With the other one: refusals that an edit of a document might have made wrong a moment ago."""


class Forgetful(Protocol):
    """A cache of documents."""

    def forget(self) -> None:
        """Read again when it is next asked for."""
        ...


class _Looks(Struct):
    left: float
    at: float


class TrustMemory:
    """Documents and keys in caches, and risk scores. Safe to share between threads."""

    def __init__(self, caches: tuple[Forgetful, ...], risks: KnownRisks, state: CurrentState, clock: Clock) -> None:
        self._caches = caches
        self._risks = risks
        self._state = state
        self._clock = clock
        self._lock = Lock()
        self._revision: int | None = None
        self._looks = _Looks(LOOKS, clock.now())
        self._looked_at = clock.now()

    def revision(self) -> int:
        """What is remembered is of this revision at least; read once in the life of a process, before anything else."""
        if self._revision is None:
            self._revision = self._read()
        return self._revision

    def renew(self, *, revision: int, moved: bool, risks: ReadOnly[RiskKey, RiskScore | None]) -> None:
        """`moved`: something was written since. `risks`: scores as they are, None for those that are gone."""
        if moved:
            self._forget(revision)
        self._risks.learn(risks)

    def catches_up(self, reason: Reason) -> bool:
        """Whether a refusal for that reason deserves another decision: something was written since, and is read now."""
        if not self._may_look(reason):
            return False
        try:
            revision = self._read()
        except TemporarilyUnavailable:
            return False  # what was refused stays refused
        if revision == self._revision:
            return False
        self._forget(revision)
        return True

    def _read(self) -> int:
        self._looked_at = self._clock.now()
        asked = CurrentVersionsQuery(documents=frozenset({TRUST_REVISION}))
        return self._state.standing(asked).versions.get(TRUST_REVISION, 0)

    def _forget(self, revision: int) -> None:
        """The number last: whoever sees the new one finds nothing that is older."""
        for cache in self._caches:
            cache.forget()
        self._revision = revision

    def _may_look(self, reason: Reason) -> bool:
        if reason in OF_STRANGERS:
            return not 0 <= self._clock.now() - self._looked_at < FRESH
        return reason in OF_THE_PROVEN and self._take_look()

    def _take_look(self) -> bool:
        with self._lock:
            now, looks = self._clock.now(), self._looks
            looks.left = min(LOOKS, looks.left + max(0.0, now - looks.at) * LOOKS_PER_SECOND)
            looks.at = now
            if looks.left < 1:
                return False
            looks.left -= 1
            return True
