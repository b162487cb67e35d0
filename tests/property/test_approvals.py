"""However people ask, decide, use, wait and forget: an approval yields no more tokens than it was given for."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from federation.admin.approvals import Approver, CannotDecide, Decider
from federation.model.approval import ApprovalRequest, ApprovalState, StoredApproval
from tests.support.fake_approvals import FakeApprovalLog, FakeApprovals, decision_trail
from tests.support.fake_clock import FixedClock

REMEMBERED = 300
"""Seconds that the ledger remembers a use beyond its expiry."""
REQUEST = ApprovalRequest("a1", "user/anna", ("orders",), ("write",), ("production writes",))
BOSS = Decider("user/boss")


class ApprovedExchanges(RuleBasedStateMachine):
    """One request, exchanged as the token path does it: read the approval, then claim a use of its version."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FixedClock(1_800_000_000)
        self.approvals = FakeApprovals(self.clock)
        self.approver = Approver(self.approvals, self.clock, FakeApprovalLog(), decision_trail(self.clock))
        self.given: list[StoredApproval] = []
        self.tokens: Counter[int] = Counter()
        self.claims: dict[tuple[str, ...], tuple[int, int]] = {}
        self.read: list[StoredApproval] = []
        self.versions: list[int] = []

    @rule(lifetime=st.integers(1, 20), used_up=st.booleans())
    def ask(self, lifetime: int, used_up: bool) -> None:
        last = self.given[-1].version if self.given and used_up else None
        asked = self.approvals.ask(REQUEST, int(self.clock.at), lifetime, used_up=last)
        self.versions.append(asked.version)

    @rule(lifetime=st.integers(1, 30), uses=st.integers(1, 3))
    def approve(self, lifetime: int, uses: int) -> None:
        try:
            self.given.append(self.approver.approve("a1", BOSS, lifetime=lifetime, uses=uses))
        except CannotDecide:
            return
        self.versions.append(self.given[-1].version)

    @rule()
    def deny(self) -> None:
        try:
            self.approver.deny("a1", BOSS)
        except CannotDecide:
            return

    @rule()
    def look(self) -> None:
        """Somebody begins an exchange, and may come to its commit much later."""
        stored = self.approvals.approval("a1")
        if stored and stored.state is ApprovalState.APPROVED:
            self.read.append(stored)

    @rule()
    def use(self) -> None:
        if self.read and self.claim(self.read[-1]):
            assert self.clock.at < self.read[-1].expires_at
            self.tokens[self.read[-1].version] += 1

    def claim(self, approval: StoredApproval) -> bool:
        """What the commit does."""
        key = (approval.request.id, str(approval.version))
        used, remembered_until = self.claims.get(key, (0, 0))
        used = used if remembered_until >= self.clock.at else 0
        if approval.expires_at <= self.clock.at or used >= approval.uses:
            return False
        self.claims[key] = (used + 1, approval.expires_at + REMEMBERED)
        return True

    @rule(seconds=st.sampled_from([0.001, 0.4, 1, 5, 29, 400]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def delete_what_expired(self) -> None:
        """As DynamoDB does, some time."""
        self.approvals.kept = {id_: one for id_, one in self.approvals.kept.items() if one.expires_at > self.clock.at}

    @invariant()
    def no_approval_yields_more_than_was_given(self) -> None:
        for approval in self.given:
            assert self.tokens[approval.version] <= approval.uses
        assert self.tokens.total() <= sum(approval.uses for approval in self.given)

    @invariant()
    def versions_only_grow(self) -> None:
        assert self.versions == sorted(self.versions)
        given = [approval.version for approval in self.given]
        assert len(set(given)) == len(given)


TestApprovedExchanges = ApprovedExchanges.TestCase
TestApprovedExchanges.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
