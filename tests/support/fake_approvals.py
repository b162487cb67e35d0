"""Requests for approval, in memory."""

from threading import Lock

from federation.admin.approvals import DecisionTrail
from federation.model.approval import (
    ApprovalPage,
    ApprovalRequest,
    ApprovalState,
    StoredApproval,
    first_version,
    waiting_lists,
)
from federation.model.json import JsonObject
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Clock, VersionConflict
from tests.support.fake_identifiers import CountingIdentifiers
from tests.support.fake_ledger import FakeLedger


class FakeApprovals:
    """Keeps them in `kept` by id; whoever takes one out has deleted it. `failing`: cannot be reached."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self.kept: dict[str, StoredApproval] = {}
        self.failing = False

    def approval(self, id_: str) -> StoredApproval | None:
        self._reach()
        stored = self.kept.get(id_)
        return stored if stored and stored.expires_at > self._clock.now() else None

    def ask(self, request: ApprovalRequest, now: int, lifetime: int, *, used_up: int | None = None) -> StoredApproval:
        with self._lock:
            self._reach()
            before = self.kept.get(request.id)
            spent = before and before.state is ApprovalState.APPROVED and before.version == used_up
            if before and before.expires_at > now and not spent:
                return before
            self._check_waiting(request, now)
            version = first_version(now, before)
            pending = StoredApproval(request, ApprovalState.PENDING, now, now + lifetime, version)
            self.kept[request.id] = pending
            return pending

    def decide(self, decided: StoredApproval) -> None:
        with self._lock:
            self._reach()
            current = self.kept.get(decided.request.id)
            if current == decided:
                return
            if current is None or current.version != decided.version - 1:
                raise VersionConflict(decided.request.id)
            self.kept[decided.request.id] = decided

    def page(self, after: str | None, limit: int) -> ApprovalPage:
        self._reach()
        start = int(after or 0)
        found = [one for one in self.kept.values() if one.expires_at > self._clock.now()]
        found.sort(key=lambda one: (one.requested_at, one.version), reverse=True)
        following = str(start + limit) if len(found) > start + limit else None
        return ApprovalPage(tuple(found[start : start + limit]), following)

    def _check_waiting(self, request: ApprovalRequest, now: int) -> None:
        waiting = [one for one in self.kept.values() if one.state is ApprovalState.PENDING and one.expires_at > now]
        for wanted in waiting_lists(request):
            lists = [each[:2] for one in waiting for each in waiting_lists(one.request)]
            if lists.count(wanted[:2]) >= wanted.most:
                raise TemporarilyUnavailable(Reason.TOO_MANY_APPROVALS)

    def _reach(self) -> None:
        if self.failing:
            raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "approvals")


def decision_trail(clock: Clock, ledger: FakeLedger | None = None) -> DecisionTrail:
    """Decisions in a ledger in memory."""
    return DecisionTrail(ledger or FakeLedger(clock), clock, CountingIdentifiers("decision"))


class FakeApprovalLog:
    """Keeps what was decided in `entries`; `failing`: cannot be written."""

    def __init__(self) -> None:
        self.entries: list[JsonObject] = []
        self.failing = False

    def decided(self, entry: JsonObject) -> None:
        if self.failing:
            raise OSError("the log cannot be written")
        self.entries.append(entry)
