"""Everything that a process remembers of trust, and how it learns that it is behind."""

from collections.abc import Callable, Collection
from collections.abc import Mapping as ReadOnly
from threading import Lock
from typing import Protocol

from msgspec import Struct

from federation.model.risk import RiskKey, RiskScore
from federation.model.trust import DocumentRef
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Clock
from federation.trust.risks import KnownRisks
from federation.trust.versions import KnownVersions

LOOKS = 20
"""How often in a row the refusal of a proven caller may be worth another look."""
LOOKS_PER_SECOND = 1.0
"""How often for good."""
FRESH = 0.25
"""Seconds between two looks for callers who have proven nothing: junk costs nothing (ATTACKS Q1)."""

JUST_LOOKED_UP = frozenset({Reason.UNTRUSTED_ISSUER, Reason.WRONG_AUDIENCE})
"""What the names of issuers say, which is not remembered for longer than that: the look was part of the decision."""
OF_STRANGERS = frozenset(
    {
        *(Reason.AMBIGUOUS_ISSUER, Reason.UNKNOWN_KEY, Reason.UNSUPPORTED_ALGORITHM, Reason.BAD_SIGNATURE),
        *(Reason.CERTIFICATE_REFUSED, Reason.CLIENT_AUTHENTICATION_FAILED),
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

    def forget_documents(self, moved: Collection[DocumentRef]) -> None:
        """They are not what they were."""
        ...


class _Looks(Struct):
    left: float
    at: float


class TrustMemory:
    """Documents and keys in caches, and risk scores. Safe to share between threads."""

    def __init__(
        self,
        caches: tuple[Forgetful, ...],
        versions: KnownVersions,
        risks: KnownRisks,
        clock: Clock,
        forget_names: Callable[[], None] = lambda: None,
    ) -> None:
        """`forget_names`: makes the next certificate's issuers be looked up again."""
        self._caches = caches
        self._forget_names = forget_names
        self._versions = versions
        self._risks = risks
        self._clock = clock
        self._lock = Lock()
        self._looks = _Looks(LOOKS, clock.now())
        self._looked_at = clock.now()

    def begin(self) -> None:
        """A request begins to be decided in this thread."""
        self._versions.begin()

    def rests_on(self) -> dict[DocumentRef, int]:
        """Every document, and every count of documents, that the request in this thread has looked at."""
        return self._versions.touched()

    def renew(
        self,
        versions: ReadOnly[DocumentRef, int],
        moved: Collection[DocumentRef],
        risks: ReadOnly[RiskKey, RiskScore | None],
    ) -> None:
        """`versions`: as they are, of what a decision rested on. `risks`: scores, None for those that are gone."""
        self._versions.learn(versions, self._clock.now())
        self._forget(moved)
        self._risks.learn(risks)

    def catches_up(self, reason: Reason) -> bool:
        """Whether a refusal for that reason deserves another decision: what it rests on moved, and is read now."""
        if not self._may_look(reason):
            return False
        self._looked_at = self._clock.now()
        before = self.rests_on()
        try:
            current = self._versions.look_again(before)
        except TemporarilyUnavailable:
            return False  # what was refused stays refused
        self._forget([ref for ref, version in before.items() if current[ref] != version])
        if reason is Reason.CERTIFICATE_REFUSED:  # another issuer may have named the same authority meanwhile
            self._forget_names()
            return True
        return current != before

    def _forget(self, moved: Collection[DocumentRef]) -> None:
        if moved:
            for cache in self._caches:
                cache.forget_documents(moved)

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
