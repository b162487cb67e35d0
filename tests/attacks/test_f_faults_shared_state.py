"""Fault model (section 2): what processes share, when DynamoDB throttles, breaks or loses answers."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from federation.aws.allowances import ATTEMPTS, DynamoAllowances
from federation.aws.approvals import DynamoApprovals
from federation.aws.nonce_secrets import DynamoNonceSecrets
from federation.aws.service import DynamoDb
from federation.local.embedded_aws import EmbeddedAws
from federation.model.approval import ApprovalRequest, ApprovalState, StoredApproval
from federation.model.trust import RateLimit
from federation.oauth.errors import ServerError, TemporarilyUnavailable
from tests.support.contract import Engine
from tests.support.contract_engines import botocore_engine
from tests.support.fake_clock import FixedClock
from tests.support.fault_plan import (
    CLIENTS,
    Fault,
    FaultPlan,
    answer,
    applied_then_lost,
    error,
    faulty_services,
    lost,
    passing,
)

NOW = 1_800_000_000
LIMIT = RateLimit(per_second=10, burst=20)
REQUEST = ApprovalRequest("a1", "user/anna", ("orders",), ("write",), ("production writes",))


@dataclass(frozen=True, slots=True)
class Store:
    """A state table, and a client whose next attempts go wrong as planned."""

    dynamodb: DynamoDb
    table: str
    clock: FixedClock

    def plan(self, *faults: Fault) -> FaultPlan:
        return FaultPlan(self.dynamodb, faults)

    @property
    def approvals(self) -> DynamoApprovals:
        return DynamoApprovals(self.dynamodb, self.table, self.clock, lambda _: None)

    @property
    def allowances(self) -> DynamoAllowances:
        return DynamoAllowances(self.dynamodb, self.table, self.clock)

    @property
    def secrets(self) -> DynamoNonceSecrets:
        """Of a process that has just started."""
        return DynamoNonceSecrets(self.dynamodb, self.table, self.clock)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with EmbeddedAws({}), botocore_engine() as made:
        yield made


@pytest.fixture(params=CLIENTS)
def store(request: pytest.FixtureRequest, engine: Engine) -> Store:
    """A client of its own: a plan is for one."""
    return Store(faulty_services(request.param).dynamodb, engine.tables()["FEDERATION_STATE_TABLE"], FixedClock(NOW))


def approved(pending: StoredApproval) -> StoredApproval:
    return replace(pending, state=ApprovalState.APPROVED, version=pending.version + 1, decided_by="boss", uses=1)


CALLS: dict[str, Callable[[Store], object]] = {
    "approval": lambda store: store.approvals.approval("a1"),
    "ask": lambda store: store.approvals.ask(REQUEST, NOW, 600),
    "decide": lambda store: store.approvals.decide(
        approved(StoredApproval(REQUEST, ApprovalState.PENDING, NOW, NOW + 600))
    ),
    "approvals": lambda store: store.approvals.page(None, 100).items,
    "take": lambda store: store.allowances.take(("client", "a"), LIMIT, 1),
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


def test_fault_F8_a_take_whose_answer_was_lost_never_allows_more(store: Store) -> None:
    store.plan(applied_then_lost, *[passing] * 40)
    allowances = store.allowances
    taken = [allowances.take(("client", "a"), LIMIT, 1) for _ in range(30)]
    assert 19 <= taken.count(0.0) <= 20


@pytest.mark.parametrize("arrival", [{"S": "soon"}, {"N": "1.5"}, {"BOOL": False}, {}, None])
def test_Q3_a_bucket_that_cannot_be_read_allows_nothing(store: Store, arrival: object) -> None:
    body = {"__type": "ConditionalCheckFailedException", "message": "", "Item": {"arrival": arrival}}
    store.plan(*[answer(body, 400)] * 4)
    with pytest.raises(TemporarilyUnavailable):
        store.allowances.take(("client", "a"), LIMIT, 1)


def test_Q3_a_bucket_over_which_others_always_come_first_allows_nothing(store: Store) -> None:
    """Each time it is full again, and each time somebody has taken from it before us."""
    filling = {"Item": {"arrival": {"N": str((NOW * 10 + 1) * 1_000_000)}}}
    full = {"Item": {"arrival": {"N": "1"}}}
    plan = store.plan(
        *[answer({"__type": "ConditionalCheckFailedException", **one}, 400) for one in (filling, full)]
        * (ATTEMPTS // 2)
    )
    with pytest.raises(TemporarilyUnavailable):
        store.allowances.take(("client", "a"), LIMIT, 1)
    assert len(plan.sent) == ATTEMPTS
