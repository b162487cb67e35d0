"""P, C11: a request that is decided twice rests on its second decision alone, and its record tells of nothing else."""

from collections.abc import Iterator

import pytest

from federation.admin.approvals import Approver, Decider
from federation.model.approval import ApprovalRequest, StoredApproval
from federation.model.trust import Selector
from tests.support.attacked_bridge import Attacked, attacked, issued
from tests.support.exchange_world import MAPPING, reason
from tests.support.fake_approvals import FakeApprovalLog, FakeApprovals, decision_trail

ASK = '@require_approval("sign it off") permit (principal, action, resource);'
WORKER = Selector("sub", "worker")


@pytest.fixture
def bridge() -> Iterator[Attacked]:
    with attacked() as made:
        yield made


def at_the_commit(bridge: Attacked, **changes: bool) -> None:
    """Somebody writes the mapping at the very moment at which it is asked what stands."""
    state = bridge.world.state

    def edit() -> None:
        state.meanwhile = lambda: None
        bridge.world.write({**MAPPING, **changes}, WORKER)

    state.meanwhile = edit


def test_P_a_refusal_tells_nothing_of_the_decision_that_was_given_up(bridge: Attacked) -> None:
    bridge.token(bridge.foreign())
    at_the_commit(bridge, enabled=False)
    bridge.refused(lambda: bridge.post(bridge.foreign()), "invalid_request", "no_mapping")
    entry = bridge.world.log.entries[-1]
    told = {"mapping", "principal", "decision", "audience", "scope", "documents", "policies", "expires_at", "txn"}
    assert not told & entry.keys()
    assert (entry["subject"], entry["requested_audience"]) == ("worker", ["risk-engine"])


def test_P_a_token_has_one_record_that_counts(bridge: Attacked) -> None:
    bridge.token(bridge.foreign())
    before = bridge.left().released
    at_the_commit(bridge, enabled=True)
    issued(bridge.post(bridge.foreign()))
    (jti,) = bridge.left().released - before
    assert bridge.world.ledger.records[jti]["mapping_version"] == 2


class QuickApprovals(FakeApprovals):
    """Somebody who says yes as soon as it is asked anew."""

    quick = False

    def ask(self, request: ApprovalRequest, now: int, lifetime: int, *, used_up: int | None = None) -> StoredApproval:
        stored = super().ask(request, now, lifetime, used_up=used_up)
        if self.quick:
            approver = Approver(self, self._clock, FakeApprovalLog(), decision_trail(self._clock))
            approver.approve(request.id, Decider("user/acme/boss"), uses=1)
        return stored


def test_C11_a_second_decision_after_a_spent_approval_rests_on_what_holds(bridge: Attacked) -> None:
    """The first one could not notice: to be used up comes before everything else that is wrong."""
    world = bridge.world
    world.approvals = approvals = QuickApprovals(world.clock)
    world.write({"kind": "Policy", "id": "ask", "cedar": ASK})
    world.restart()
    assert reason(bridge.post(bridge.foreign())) == "approval_pending"
    bridge.approve(uses=1)
    bridge.token(bridge.foreign(department="lab"))
    lab = {**MAPPING, "id": "lab", "match": {"sub": "worker", "department": "lab"}, "principal": "partner/acme/lab"}
    world.write(lab, WORKER)
    approvals.quick = True
    before = bridge.left().released
    bridge.post(bridge.foreign(department="lab"))
    left = bridge.left().released - before
    assert not [jti for jti in left if world.ledger.records[jti]["principal"] != "partner/acme/lab"]


@pytest.mark.parametrize("name", ["audience", "scope"])
def test_P3_a_reference_in_the_wrong_place_is_in_no_record(bridge: Attacked, name: str) -> None:
    """It is short enough to be a name, and whoever reads the log could use it."""
    reference = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE_"
    assert bridge.post(bridge.foreign(), **{name: reference}).status == 400
    assert reference not in str(bridge.world.log.entries[-1])
