"""Fault model (section 2): what processes share, when DynamoDB throttles, breaks or loses answers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from federation.aws.approvals import DynamoApprovals
from federation.aws.clients import dynamodb_client
from federation.aws.nonce_secrets import DynamoNonceSecrets
from federation.local.embedded_aws import EmbeddedAws
from federation.model.approval import ApprovalRequest, ApprovalState, StoredApproval
from federation.oauth.errors import ServerError, TemporarilyUnavailable
from tests.support.fake_clock import FixedClock
from tests.support.fault_plan import Fault, FaultPlan, applied_then_lost, error, lost, passing

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = 1_800_000_000
REQUEST = ApprovalRequest("a1", "user/anna", ("orders",), ("write",), ("production writes",))


@dataclass(frozen=True, slots=True)
class Store:
    """A state table, and a client whose next attempts go wrong as planned."""

    dynamodb: "DynamoDBClient"
    table: str
    clock: FixedClock

    def plan(self, *faults: Fault) -> FaultPlan:
        return FaultPlan(self.dynamodb, faults)

    @property
    def approvals(self) -> DynamoApprovals:
        return DynamoApprovals(self.dynamodb, self.table, self.clock, lambda _: None)

    @property
    def secrets(self) -> DynamoNonceSecrets:
        """Of a process that has just started."""
        return DynamoNonceSecrets(self.dynamodb, self.table, self.clock)


@pytest.fixture
def store() -> Iterator[Store]:
    with EmbeddedAws({}) as settings:
        yield Store(dynamodb_client(), settings["FEDERATION_STATE_TABLE"], FixedClock(NOW))


def approved(pending: StoredApproval) -> StoredApproval:
    return replace(pending, state=ApprovalState.APPROVED, version=pending.version + 1, decided_by="boss", uses=1)


CALLS: dict[str, Callable[[Store], object]] = {
    "approval": lambda store: store.approvals.approval("a1"),
    "ask": lambda store: store.approvals.ask(REQUEST, NOW, 600),
    "decide": lambda store: store.approvals.decide(
        approved(StoredApproval(REQUEST, ApprovalState.PENDING, NOW, NOW + 600))
    ),
    "approvals": lambda store: store.approvals.approvals(),
    "secret": lambda store: store.secrets.secret(1),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("fault", [error("ThrottlingException"), error("InternalServerError", 500), lost])
def test_fault_F7_a_store_that_is_throttled_or_down_is_never_guessed_at(
    store: Store, call: Callable[[Store], object], fault: Fault
) -> None:
    plan = store.plan(*[fault] * 3)
    with pytest.raises(TemporarilyUnavailable):
        call(store)
    assert len(plan.sent) == 3


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_fault_F7_a_store_that_denies_us_is_our_own_fault(store: Store, call: Callable[[Store], object]) -> None:
    store.plan(error("AccessDeniedException"))
    with pytest.raises(ServerError):
        call(store)


def test_fault_F8_an_ask_whose_answer_was_lost_is_found_standing(store: Store) -> None:
    store.plan(passing, applied_then_lost, passing, passing, passing)
    asked = store.approvals.ask(REQUEST, NOW, 600)
    assert asked == store.approvals.approval("a1")


def test_fault_F8_a_decision_whose_answer_was_lost_is_recognized_as_our_own(store: Store) -> None:
    decided = approved(store.approvals.ask(REQUEST, NOW, 600))
    store.plan(applied_then_lost, passing, passing, passing)
    store.approvals.decide(decided)
    assert store.approvals.approval("a1") == decided


def test_fault_F8_a_secret_whose_answer_was_lost_is_everybodys(store: Store) -> None:
    store.plan(passing, applied_then_lost, passing, passing, passing)
    assert store.secrets.secret(1) == store.secrets.secret(1)
