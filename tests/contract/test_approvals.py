"""Approvals: requests that wait for a person, and what that person said."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from federation.aws.approval_items import approval_item, request_key
from federation.aws.approvals import DynamoApprovals
from federation.aws.service import DynamoDb
from federation.model.approval import MOST_OF_ISSUER, MOST_OF_PRINCIPAL, ApprovalRequest, ApprovalState, StoredApproval
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Approvals, VersionConflict
from tests.support.contract import Engine
from tests.support.fake_approvals import FakeApprovals
from tests.support.fake_clock import FixedClock

NOW = 1_800_000_000
LIFETIME = 600
PLAIN = ApprovalRequest("a1", "user/anna", ("orders",), ("read", "write"), ("production writes",))
FULL = ApprovalRequest(
    id="a2",
    principal="user/\u00e9va",
    audiences=("orders", "billing"),
    scopes=(),
    purposes=("a", "b"),
    actors=("agent/x", "tool/y"),
    tenant="acme",
    client_id="gateway",
    authorization_details=({"type": "payment", "actions": ["a", "b"], "limit": {"amount": 1.5, "open": None}},),
)


@dataclass(frozen=True, slots=True)
class Case:
    """Approvals, and how to delete one behind their back."""

    approvals: Approvals
    clock: FixedClock
    delete: Callable[[str], object]

    def ask(self, request: ApprovalRequest = PLAIN, used_up: int | None = None) -> StoredApproval:
        return self.approvals.ask(request, int(self.clock.at), LIFETIME, used_up=used_up)

    def approve(self, pending: StoredApproval, lifetime: int = 60, uses: int = 2) -> StoredApproval:
        approved = decided(pending, expires_at=int(self.clock.at) + lifetime, uses=uses)
        self.approvals.decide(approved)
        return approved


def decided(pending: StoredApproval, **changes: Any) -> StoredApproval:  # noqa: ANN401 - members of the value
    said = {"state": ApprovalState.APPROVED, "decided_by": "user/boss", "decided_at": NOW, "reason": "ok \u00e9"}
    return replace(pending, version=pending.version + 1, **{**said, **changes})


@pytest.fixture
def case(engine: Engine | None) -> Case:
    clock = FixedClock(NOW)
    if engine is None:
        fake = FakeApprovals(clock)
        return Case(fake, clock, fake.kept.pop)
    table = engine.tables()["FEDERATION_STATE_TABLE"]

    def delete(id_: str) -> None:
        engine.dynamodb.delete_item(TableName=table, Key=request_key(id_))

    return Case(DynamoApprovals(engine.dynamodb, table, clock), clock, delete)


def test_what_nobody_asked_for_is_not_there(case: Case) -> None:
    assert case.approvals.approval("a1") is None
    assert case.approvals.page(None, 100).items == ()


@pytest.mark.parametrize("request_", [PLAIN, FULL])
def test_what_is_asked_for_is_pending_and_read_as_it_was_asked(case: Case, request_: ApprovalRequest) -> None:
    pending = case.ask(request_)
    assert pending == StoredApproval(request_, ApprovalState.PENDING, NOW, NOW + LIFETIME, pending.version)
    assert case.approvals.approval(request_.id) == pending
    assert case.approvals.page(None, 100).items == (pending,)


def test_asking_again_changes_nothing(case: Case) -> None:
    first = case.ask()
    case.clock.advance(LIFETIME - 1)
    assert case.ask() == first


@pytest.mark.parametrize("state", [ApprovalState.APPROVED, ApprovalState.DENIED])
def test_what_was_decided_is_read_back_and_stands_for_who_asks_again(case: Case, state: ApprovalState) -> None:
    answer = decided(case.ask(FULL), state=state, expires_at=NOW + 60, uses=3)
    case.approvals.decide(answer)
    assert case.approvals.approval("a2") == answer
    assert case.ask(FULL) == answer


@pytest.mark.parametrize("state", ApprovalState)
def test_it_is_gone_when_its_end_has_come_and_not_before(case: Case, state: ApprovalState) -> None:
    pending = case.ask()
    if state is not ApprovalState.PENDING:
        case.approvals.decide(decided(pending, state=state))
    case.clock.at = pending.expires_at - 0.001
    assert case.approvals.approval("a1") is not None
    assert len(case.approvals.page(None, 100).items) == 1
    case.clock.at = pending.expires_at
    assert case.approvals.approval("a1") is None
    assert case.approvals.page(None, 100).items == ()


def test_what_expired_can_be_asked_for_anew(case: Case) -> None:
    approved = case.approve(case.ask())
    case.clock.at = approved.expires_at
    again = case.ask()
    assert (again.state, again.requested_at, again.uses) == (ApprovalState.PENDING, approved.expires_at, 0)
    assert again.version > approved.version


def test_an_approval_is_replaced_only_where_it_is_the_one_that_was_used_up(case: Case) -> None:
    approved = case.approve(case.ask())
    assert case.ask(used_up=approved.version - 1) == approved
    again = case.ask(used_up=approved.version)
    assert again.state is ApprovalState.PENDING
    assert again.version > approved.version
    assert case.ask(used_up=approved.version) == again


def test_a_denial_is_never_used_up(case: Case) -> None:
    denied = decided(case.ask(), state=ApprovalState.DENIED)
    case.approvals.decide(denied)
    assert case.ask(used_up=denied.version) == denied


def test_no_version_ever_comes_again(case: Case) -> None:
    versions: list[int] = []
    for step in range(12):
        pending = case.ask(used_up=versions[-1] if versions else None)
        approved = case.approve(pending, lifetime=1)
        versions += [pending.version, approved.version]
        if step % 3 == 2:
            case.clock.advance(1)
            case.delete("a1")
    assert versions == sorted(set(versions))


def test_who_has_not_seen_what_stands_cannot_decide_it(case: Case) -> None:
    pending = case.ask()
    case.approve(pending)
    for stale in (decided(pending, uses=9), replace(decided(pending), version=pending.version)):
        with pytest.raises(VersionConflict):
            case.approvals.decide(stale)


def test_what_is_gone_cannot_be_decided(case: Case) -> None:
    pending = case.ask()
    case.delete("a1")
    with pytest.raises(VersionConflict):
        case.approve(pending)
    assert case.approvals.approval("a1") is None


def test_the_same_decision_twice_is_one(case: Case) -> None:
    approved = case.approve(case.ask())
    case.approvals.decide(approved)
    assert case.approvals.approval("a1") == approved


def test_the_newest_comes_first(case: Case) -> None:
    for number in range(5):
        case.ask(replace(PLAIN, id=f"n{number}"))
        case.clock.advance(10)
    case.approve(case.ask(replace(PLAIN, id="n2")), lifetime=100_000)
    assert [one.request.id for one in case.approvals.page(None, 100).items] == ["n4", "n3", "n2", "n1", "n0"]


def test_of_many_who_ask_at_once_all_get_the_same(case: Case) -> None:
    with ThreadPoolExecutor(8) as threads:
        asked = list(threads.map(lambda _: case.ask(), range(8)))
    assert len(set(map(repr, asked))) == 1


def test_of_many_who_decide_at_once_one_does(case: Case) -> None:
    pending = case.ask()

    def attempt(number: int) -> bool:
        try:
            case.approvals.decide(decided(pending, uses=number))
        except VersionConflict:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(attempt, range(1, 9))) == 1


def asked(case: Case, number: int, **changes: str) -> StoredApproval:
    return case.ask(replace(PLAIN, id=f"n{number}", **{"issuer": "acme", **changes}))


def test_Q2_a_principal_has_so_many_waiting_and_no_more_until_one_is_decided(case: Case) -> None:
    pending = [asked(case, number) for number in range(MOST_OF_PRINCIPAL)]
    with pytest.raises(TemporarilyUnavailable) as refused:
        asked(case, 99)
    assert refused.value.reason is Reason.TOO_MANY_APPROVALS
    assert case.approvals.approval("n99") is None
    assert asked(case, 0) == pending[0]
    assert asked(case, 98, principal="user/other").state is ApprovalState.PENDING
    assert asked(case, 97, issuer="another").state is ApprovalState.PENDING
    case.approve(pending[3])
    assert asked(case, 99).state is ApprovalState.PENDING
    case.clock.advance(LIFETIME)
    assert asked(case, 96).state is ApprovalState.PENDING


def test_Q2_all_whom_an_issuer_vouches_for_have_so_many_waiting_together(case: Case) -> None:
    for number in range(MOST_OF_ISSUER):
        asked(case, number, principal=f"user/{number}")
    with pytest.raises(TemporarilyUnavailable) as refused:
        asked(case, 999, principal="user/999")
    assert refused.value.reason is Reason.TOO_MANY_APPROVALS
    assert asked(case, 998, issuer="another").state is ApprovalState.PENDING


def test_they_are_read_in_pages_each_once_the_newest_first(case: Case) -> None:
    for number in range(7):
        asked(case, number)
        case.clock.advance(10)
    case.approve(asked(case, 2), lifetime=100_000)
    case.clock.advance(LIFETIME - 35)
    found, after, pages = list[str](), None, 0
    while pages == 0 or after is not None:
        page = case.approvals.page(after, 3)
        found += [one.request.id for one in page.items]
        after, pages = page.after, pages + 1
    assert found == ["n6", "n5", "n4", "n2"]


# The adapter alone


def test_O2_a_request_says_nothing_of_a_decision_and_a_decision_holds_for_what_was_looked_at(
    engine: Engine, dynamodb: DynamoDb
) -> None:
    """The function that asks writes requests alone: whatever it writes there, nobody has approved."""
    table = engine.tables()["FEDERATION_STATE_TABLE"]
    adapter = DynamoApprovals(dynamodb, table, FixedClock(NOW))
    pending = adapter.ask(PLAIN, NOW, LIFETIME)
    adapter.decide(decided(pending))
    approved = adapter.approval("a1")
    assert approved is not None
    assert approved.state is ApprovalState.APPROVED
    wider = replace(pending, request=replace(PLAIN, scopes=("everything",)))
    dynamodb.put_item(TableName=table, Item=approval_item(wider))
    assert adapter.approval("a1") == wider
    forged = approval_item(decided(pending)) | request_key("a1")
    dynamodb.put_item(TableName=table, Item=forged)
    with pytest.raises(TemporarilyUnavailable):
        adapter.approval("a1")


@pytest.mark.parametrize("missing", ["request", "state", "requested_at", "version", "uses", "reason"])
def test_what_cannot_be_read_is_neither_approved_nor_asked_for_again(
    engine: Engine, dynamodb: DynamoDb, missing: str
) -> None:
    table = engine.tables()["FEDERATION_STATE_TABLE"]
    adapter = DynamoApprovals(dynamodb, table, FixedClock(NOW))
    adapter.ask(PLAIN, NOW, LIFETIME)
    dynamodb.update_item(
        TableName=table,
        Key=request_key("a1"),
        UpdateExpression="REMOVE #gone",
        ExpressionAttributeNames={"#gone": missing},
    )
    reads = (lambda: adapter.approval("a1"), lambda: adapter.ask(PLAIN, NOW, LIFETIME), lambda: adapter.page(None, 5))
    for read in reads:
        with pytest.raises(TemporarilyUnavailable):
            read()
