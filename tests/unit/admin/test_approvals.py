"""Who may say what to a request for approval, and for how long that holds."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from federation.admin.approvals import (
    DENIED,
    AlreadyDecided,
    Approver,
    CannotDecide,
    Decider,
    MayNotDecide,
    NoSuchApproval,
    OutOfBounds,
)
from federation.model.approval import ApprovalRequest, ApprovalState, StoredApproval
from federation.oauth.errors import TemporarilyUnavailable
from federation.ports import VersionConflict
from tests.support.fake_approvals import FakeApprovalLog, FakeApprovals, decision_trail
from tests.support.fake_clock import FixedClock
from tests.support.fake_ledger import FakeLedger

NOW = 1_800_000_000
LIFETIME = 600
REQUEST = ApprovalRequest(
    id="a1",
    principal="user/anna",
    audiences=("orders",),
    scopes=("write",),
    purposes=("production writes",),
    actors=("agent/x", "tool/y"),
    tenant="acme",
    client_id="gateway",
    through=("portal", "agent/z"),
)
BOSS = Decider("user/boss", "acme")


@dataclass(frozen=True, slots=True)
class World:
    """One request that waits for a decision."""

    clock: FixedClock
    approvals: FakeApprovals
    log: FakeApprovalLog
    approver: Approver

    def ask(self, request: ApprovalRequest = REQUEST) -> StoredApproval:
        return self.approvals.ask(request, int(self.clock.at), LIFETIME)

    @property
    def stored(self) -> StoredApproval:
        return self.approvals.kept["a1"]


@pytest.fixture
def world() -> World:
    clock = FixedClock(NOW)
    approvals, log = FakeApprovals(clock), FakeApprovalLog()
    world = World(clock, approvals, log, Approver(approvals, clock, log, decision_trail(clock)))
    world.ask()
    return world


def test_an_approval_is_good_for_one_token_within_fifteen_minutes_unless_somebody_says_otherwise(world: World) -> None:
    approved = world.approver.approve("a1", BOSS)
    assert approved == world.stored
    assert (approved.state, approved.uses, approved.expires_at) == (ApprovalState.APPROVED, 1, NOW + 900)
    assert (approved.decided_by, approved.decided_at) == ("user/boss", NOW)


def test_an_approval_lasts_as_long_and_serves_as_often_as_the_admin_said(world: World) -> None:
    approved = world.approver.approve("a1", BOSS, lifetime=30, uses=5, reason="incident 12")
    assert (approved.expires_at, approved.uses, approved.reason) == (NOW + 30, 5, "incident 12")


def test_a_denial_gives_no_use_and_holds_so_that_it_cannot_be_asked_away(world: World) -> None:
    world.clock.advance(LIFETIME - 1)
    denied = world.approver.deny("a1", BOSS, reason="not today")
    assert (denied.state, denied.uses, denied.reason) == (ApprovalState.DENIED, 0, "not today")
    assert denied.expires_at == NOW + LIFETIME - 1 + DENIED
    assert world.ask() == denied


def test_a_denial_never_ends_before_the_request_would_have(world: World) -> None:
    lasting = replace(world.stored, expires_at=NOW + 10 * DENIED)
    world.approvals.kept["a1"] = lasting
    assert world.approver.deny("a1", BOSS).expires_at == lasting.expires_at


@pytest.mark.parametrize(
    "decider",
    [
        Decider("user/anna", "acme"),
        Decider("agent/x", "acme"),
        Decider("tool/y", "acme"),
        Decider("gateway", "acme"),
        Decider("client/gateway", "acme"),
        Decider("user/boss", "acme", ("user/anna",)),
        Decider("user/boss", "acme", ("agent/other", "tool/y")),
        Decider("user/boss", "acme", ("client/gateway",)),
        Decider("client/portal", "acme"),
        Decider("agent/z", "acme"),
        Decider("user/boss", "acme", ("client/portal",)),
        Decider("user/anna"),
        Decider("user/root", None, ("agent/x",)),
    ],
)
@pytest.mark.parametrize("says", ["approve", "deny"])
def test_nobody_decides_who_has_a_part_in_the_request(world: World, decider: Decider, says: str) -> None:
    with pytest.raises(MayNotDecide):
        getattr(world.approver, says)("a1", decider)
    assert world.stored.state is ApprovalState.PENDING
    assert world.log.entries[-1]["refusal"] == "MayNotDecide"


@pytest.mark.parametrize("tenant", ["other", "", "ACME"])
def test_for_another_tenants_admin_there_is_no_such_request(world: World, tenant: str) -> None:
    with pytest.raises(NoSuchApproval):
        world.approver.approve("a1", Decider("user/boss", tenant))
    assert world.approver.page(tenant, "pending", None, 9).items == ()


def test_a_request_without_tenant_is_for_an_admin_without_tenant(world: World) -> None:
    world.ask(replace(REQUEST, id="a2", tenant=None))
    with pytest.raises(NoSuchApproval):
        world.approver.approve("a2", BOSS)
    world.approver.approve("a2", Decider("user/root"))


def test_an_admin_without_tenant_decides_for_every_tenant(world: World) -> None:
    assert world.approver.approve("a1", Decider("user/root")).decided_by == "user/root"


def test_what_nobody_asked_for_cannot_be_decided(world: World) -> None:
    with pytest.raises(NoSuchApproval):
        world.approver.approve("a2", BOSS)


def test_a_request_that_has_expired_cannot_be_decided(world: World) -> None:
    world.clock.at = NOW + LIFETIME
    with pytest.raises(NoSuchApproval):
        world.approver.approve("a1", BOSS)
    world.clock.at -= 0.001
    world.approver.approve("a1", BOSS)


@pytest.mark.parametrize("first", ["approve", "deny"])
@pytest.mark.parametrize("second", ["approve", "deny"])
def test_what_is_decided_is_decided(world: World, first: str, second: str) -> None:
    decided = getattr(world.approver, first)("a1", BOSS)
    with pytest.raises(AlreadyDecided):
        getattr(world.approver, second)("a1", Decider("user/root"))
    assert world.stored == decided


class RivalApprovals(FakeApprovals):
    """Somebody else is always a moment quicker."""

    def decide(self, decided: StoredApproval) -> None:
        raise VersionConflict(decided.request.id)


def test_of_two_who_decide_at_once_one_is_told_so() -> None:
    clock = FixedClock(NOW)
    approvals, log = RivalApprovals(clock), FakeApprovalLog()
    approvals.ask(REQUEST, NOW, LIFETIME)
    with pytest.raises(AlreadyDecided):
        Approver(approvals, clock, log, decision_trail(clock)).approve("a1", BOSS)
    assert [entry["outcome"] for entry in log.entries] == ["approved", "refused"]


@pytest.mark.parametrize("wanted", [{"lifetime": 1}, {"lifetime": 86_400}, {"uses": 1}, {"uses": 100}])
def test_the_bounds_are_within(world: World, wanted: dict[str, int]) -> None:
    world.approver.approve("a1", BOSS, **wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wanted",
    [
        {"lifetime": 0},
        {"lifetime": -1},
        {"lifetime": 86_401},
        {"uses": 0},
        {"uses": -1},
        {"uses": 101},
        {"reason": "x" * 513},
        {"reason": "two\nlines"},
        {"reason": "\x1b[2J"},
    ],
)
def test_what_is_out_of_bounds_is_refused_and_leaves_the_request_pending(world: World, wanted: dict[str, Any]) -> None:
    with pytest.raises(OutOfBounds):
        world.approver.approve("a1", BOSS, **wanted)
    assert world.stored.state is ApprovalState.PENDING


def test_what_waits_is_shown_to_its_tenant_newest_first(world: World) -> None:
    world.clock.advance(1)
    world.ask(replace(REQUEST, id="a2"))
    world.ask(replace(REQUEST, id="a3", tenant="other"))
    world.approver.deny(world.ask(replace(REQUEST, id="a4")).request.id, BOSS)
    assert [one.request.id for one in world.approver.page("acme", "pending", None, 9).items] == ["a2", "a1"]
    assert {one.request.id for one in world.approver.page(None, "pending", None, 9).items} == {"a1", "a2", "a3"}


def test_a_decision_is_recorded_with_what_it_is_about(world: World) -> None:
    world.approver.approve("a1", Decider("user/boss", "acme", ("agent/w",)), lifetime=60, uses=2, reason="incident 12")
    assert world.log.entries == [
        {
            "time": "2027-01-15T08:00:00.000+00:00",
            "approval": "a1",
            "outcome": "approved",
            "wanted": "approved",
            "decided_by": "user/boss",
            "decider_tenant": "acme",
            "decider_actors": ["agent/w"],
            "reason": "incident 12",
            "lifetime": 60,
            "uses": 2,
            "principal": "user/anna",
            "actors": ["agent/x", "tool/y"],
            "tenant": "acme",
            "client_id": "gateway",
            "audience": ["orders"],
            "scope": ["write"],
            "purposes": ["production writes"],
        }
    ]


REFUSED: list[Callable[[Approver], object]] = [
    lambda approver: approver.approve("a1", Decider("user/anna", "acme")),
    lambda approver: approver.deny("a1", Decider("user/boss", "other")),
    lambda approver: approver.approve("a" * 10_000, BOSS),
    lambda approver: approver.approve("a1", BOSS, uses=0),
]


@pytest.mark.parametrize("attempt", REFUSED)
def test_a_refused_attempt_is_recorded_too(world: World, attempt: Callable[[Approver], object]) -> None:
    with pytest.raises(CannotDecide):
        attempt(world.approver)
    (entry,) = world.log.entries
    assert entry["outcome"] == "refused"
    assert len(str(entry["approval"])) <= 512


def test_without_a_record_nothing_is_decided(world: World) -> None:
    world.log.failing = True
    with pytest.raises(TemporarilyUnavailable):
        world.approver.approve("a1", BOSS)
    assert world.stored.state is ApprovalState.PENDING


def test_a_store_that_is_down_decides_nothing(world: World) -> None:
    world.approvals.failing = True
    with pytest.raises(TemporarilyUnavailable):
        world.approver.approve("a1", BOSS)


def test_P4_a_decision_is_in_the_archive_before_it_holds() -> None:
    """Who let a token through is as good a question as who got it."""
    clock = FixedClock(NOW)
    ledger, approvals = FakeLedger(clock), FakeApprovals(clock)
    world = World(clock, approvals, FakeApprovalLog(), approver_with(approvals, clock, ledger))
    world.ask()
    world.approver.approve("a1", BOSS)
    (record,) = ledger.records.values()
    assert (record["outcome"], record["approval"], record["decided_by"]) == ("approved", "a1", BOSS.principal)


def test_P1_a_decision_that_cannot_be_archived_does_not_hold() -> None:
    clock = FixedClock(NOW)
    ledger, approvals = FakeLedger(clock), FakeApprovals(clock)
    world = World(clock, approvals, FakeApprovalLog(), approver_with(approvals, clock, ledger))
    world.ask()
    ledger.failing = True
    with pytest.raises(TemporarilyUnavailable):
        world.approver.approve("a1", BOSS)
    assert world.stored.state is ApprovalState.PENDING


def approver_with(approvals: FakeApprovals, clock: FixedClock, ledger: FakeLedger) -> Approver:
    return Approver(approvals, clock, FakeApprovalLog(), decision_trail(clock, ledger))
