"""What stands at this moment, in memory: revocations and risk scores, beside a FakeTrust and a FakeLedger."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from threading import RLock

from federation.model.revocation import Revocation, RevocationKey
from federation.model.risk import Decay, RiskCause, RiskKey, raised, score_of
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Clock, CurrentVersions, CurrentVersionsQuery, KeptToken
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_trust import FakeTrust


@dataclass
class FakeState:
    """CurrentState, RevocationStore, RiskScores and KeptTokens.

    `reads` counts what would be a call; `questions` are those that were asked; `failing`: cannot be reached.
    `meanwhile` is called when a question comes in: what somebody else does at that moment.
    """

    trust: FakeTrust
    ledger: FakeLedger
    clock: Clock
    revoked: dict[RevocationKey, Revocation] = field(default_factory=dict)
    raised: dict[RiskKey, tuple[RiskCause, ...]] = field(default_factory=dict)
    questions: list[CurrentVersionsQuery] = field(default_factory=list)
    meanwhile: Callable[[], object] = lambda: None
    reads: int = 0
    failing: bool = False

    def __post_init__(self) -> None:
        self._lock = RLock()

    # CurrentState

    def standing(self, question: CurrentVersionsQuery) -> CurrentVersions:
        self.meanwhile()
        with self._lock:
            self.questions.append(question)
            if question == CurrentVersionsQuery():
                return CurrentVersions()
            self._reach()
            return CurrentVersions(
                self.trust.versions(question.documents),
                {key: self.revoked[key] for key in question.revocations if self._stands(key)},
                {key: score_of(self.raised[key]) for key in question.risks if key in self.raised},
                tuple(found for ref in question.whole if (found := self.trust.get(ref)) is not None),
            )

    def start_standing(self, question: CurrentVersionsQuery) -> Callable[[], CurrentVersions]:
        return partial(self.standing, question)

    # RevocationStore

    def revoke(self, revocation: Revocation) -> None:
        with self._lock:
            self._reach()
            standing = self.revoked.get(revocation.key, revocation)
            later = max(standing, revocation, key=lambda one: one.revoked_at)
            expires_at = max(standing.expires_at, revocation.expires_at)
            self.revoked[revocation.key] = later._replace(expires_at=expires_at)

    def revocations(self) -> tuple[Revocation, ...]:
        with self._lock:
            self._reach()
            return tuple(self.revoked[key] for key in self.revoked if self._stands(key))

    # RiskScores

    def raise_score(self, key: RiskKey, cause: RiskCause) -> tuple[RiskCause, ...]:
        with self._lock:
            self._reach()
            self.raised[key] = raised(self.raised.get(key, ()), cause, int(self.clock.now()))
            return self.raised[key]

    def causes(self, keys: Collection[RiskKey]) -> Mapping[RiskKey, tuple[RiskCause, ...]]:
        with self._lock:
            self._reach()
            now = int(self.clock.now())
            standing = {key: [one for one in self.raised.get(key, ()) if one.decay.ends_at > now] for key in keys}
            return {key: tuple(causes) for key, causes in standing.items() if causes}

    def suspect(self, key: RiskKey, score: int, at: int) -> None:
        """Somebody raised it then."""
        self.raised[key] = (RiskCause(Decay(score, at), "a test says so", "tests"),)

    # KeptTokens

    def kept(self, digest: str) -> KeptToken | None:
        with self._lock:
            self._reach()
            kept = self.ledger.kept_tokens.get(digest)
            return None if kept is None or kept.expires_at <= self.clock.now() else kept

    def _stands(self, key: RevocationKey) -> bool:
        return key in self.revoked and self.revoked[key].expires_at >= int(self.clock.now())

    def _reach(self) -> None:
        if self.failing:
            raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "state")
        self.reads += 1
