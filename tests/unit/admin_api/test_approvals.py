"""What waits for a person is shown to who may decide, and what they say holds."""

from typing import Any

import pytest
from msgspec.structs import replace

from federation.model.approval import ApprovalRequest, ApprovalState, StoredApproval
from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import NOW

ID, OTHER = "a1" * 32, "b2" * 32
REQUEST = ApprovalRequest(
    id=ID,
    principal="user/anna",
    audiences=("orders",),
    scopes=("write",),
    purposes=("production writes",),
    actors=("agent/x",),
    tenant="acme",
)


@pytest.fixture
def world() -> ResourceWorld:
    world = ResourceWorld()
    ask(world)
    return world


def ask(world: ResourceWorld, request: ApprovalRequest = REQUEST) -> StoredApproval:
    return world.approvals.ask(request, int(world.clock.at), 600)


def ids(world: ResourceWorld, query: str = "") -> list[str]:
    return [one["id"] for one in world.call("GET", "/approvals", query=query).members["items"]]


def test_what_waits_is_shown_with_everything_that_a_decision_needs(world: ResourceWorld) -> None:
    (shown,) = world.call("GET", "/approvals").members["items"]
    assert (shown["id"], shown["state"], shown["principal"], shown["actors"]) == (
        ID,
        "pending",
        "user/anna",
        ["agent/x"],
    )
    assert (shown["audiences"], shown["scopes"], shown["purposes"]) == (["orders"], ["write"], ["production writes"])
    assert (shown["requested_at"], shown["expires_at"]) == ("2027-01-15T08:00:00+00:00", "2027-01-15T08:10:00+00:00")


def test_the_newest_comes_first_and_states_are_told_apart(world: ResourceWorld) -> None:
    world.clock.advance(1)
    ask(world, replace(REQUEST, id=OTHER))
    assert ids(world) == [OTHER, ID]
    world.call("POST", f"/approvals/{ID}/deny", {"reason": "not today"})
    assert (ids(world, "state=pending"), ids(world, "state=denied")) == ([OTHER], [ID])
    assert world.call("GET", "/approvals", query="state=maybe").status == 400


def test_Q2_whoever_asks_much_hides_nobody_the_list_goes_on_by_cursor(world: ResourceWorld) -> None:
    for number in range(60):
        world.clock.advance(1)
        ask(world, replace(REQUEST, id=f"{number:064x}", principal=f"user/{number}", tenant="globex"))
    found, cursor = list[str](), ""
    while True:
        page = world.call("GET", "/approvals", query=f"limit=25{cursor}").members
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert (len(found), len(set(found)), found[-1]) == (61, 61, ID)
    assert [one["id"] for one in world.tina("GET", "/approvals", query="limit=25").members["items"]] == [ID]
    assert world.call("GET", "/approvals", query="cursor=x").status == 400


def test_one_is_shown_with_through_whom_and_with_its_risk(world: ResourceWorld) -> None:
    ask(world, replace(REQUEST, id=OTHER, issuer="acme", through=("agent/x",), client_id="gateway"))
    for who in ({"principal": "user/anna", "tenant": "acme"}, {"client": "gateway"}, {"principal": "agent/x"}):
        assert world.call("POST", "/risk", {**who, "score": 40, "reason": "seen elsewhere"}).status == 201
    shown = world.call("GET", f"/approvals/{OTHER}").members
    assert (shown["issuer"], shown["through"], shown["state"]) == ("acme", ["agent/x"], "pending")
    assert {(one["what"], one["value"], one["score"]) for one in shown["risk"]} == {
        ("principal", "user/anna", 40),
        ("principal", "agent/x", 40),
        ("client", "gateway", 40),
    }
    assert all(one["causes"] for one in shown["risk"])
    told = {one["value"]: one["causes"] for one in world.tina("GET", f"/approvals/{OTHER}").members["risk"]}
    assert told["user/anna"]
    assert (told["gateway"], told["agent/x"]) == ([], [])


def test_one_of_another_tenant_is_not_there(world: ResourceWorld) -> None:
    ask(world, replace(REQUEST, id=OTHER, tenant="globex"))
    answer = world.tina("GET", f"/approvals/{OTHER}")
    assert (answer.status, answer.code) == (404, "no_such_approval")
    assert world.call("GET", f"/approvals/{'c3' * 32}").status == 404


def test_a_tenant_sees_and_decides_its_own_alone(world: ResourceWorld) -> None:
    ask(world, replace(REQUEST, id=OTHER, tenant="globex"))
    assert [one["id"] for one in world.tina("GET", "/approvals").members["items"]] == [ID]
    answer = world.tina("POST", f"/approvals/{OTHER}/approve", {})
    assert (answer.status, answer.code) == (404, "no_such_approval")
    assert world.tina("POST", f"/approvals/{ID}/approve", {}).status == 200


@pytest.mark.parametrize(
    ("said", "seconds", "uses"),
    [({}, 900, 1), ({"lifetime": "1h", "uses": 3}, 3600, 3), ({"lifetime": 30, "reason": "incident 12"}, 30, 1)],
)
def test_an_approval_goes_as_far_as_the_admin_says(
    world: ResourceWorld, said: dict[str, Any], seconds: int, uses: int
) -> None:
    shown = world.call("POST", f"/approvals/{ID}/approve", said).members
    stored = world.approvals.kept[ID]
    assert (stored.state, stored.uses, stored.expires_at) == (ApprovalState.APPROVED, uses, NOW + seconds)
    assert (shown["decided_by"], shown["reason"]) == ("admin/alice", said.get("reason", ""))
    assert [entry["outcome"] for entry in world.approval_log.entries] == ["approved"]


@pytest.mark.parametrize(
    "said",
    [
        *({"lifetime": lifetime} for lifetime in ("25h", "2d", "15", "", 0, 86401, True, 1.5)),
        *({"uses": uses} for uses in (0, 101, "1")),
        *({"reason": reason} for reason in ("x" * 513, "a\nb", 7)),
        {"state": "approved"},
    ],
)
def test_what_goes_too_far_decides_nothing(world: ResourceWorld, said: dict[str, Any]) -> None:
    assert world.call("POST", f"/approvals/{ID}/approve", said).status == 422
    assert world.approvals.kept[ID].state is ApprovalState.PENDING


@pytest.mark.parametrize("part", [{"principal": "admin/alice"}, {"actors": ("agent/x", "admin/alice")}])
def test_who_has_a_part_in_the_request_does_not_decide(world: ResourceWorld, part: dict[str, Any]) -> None:
    ask(world, replace(REQUEST, id=OTHER, **part))
    for verb in ("approve", "deny"):
        answer = world.call("POST", f"/approvals/{OTHER}/{verb}", {})
        assert (answer.status, answer.code) == (403, "own_request")
    assert world.call("POST", f"/approvals/{OTHER}/approve", {}, who="bob").status == 200


def test_who_acts_for_the_admin_does_not_decide_about_itself(world: ResourceWorld) -> None:
    agent = {"actor": "alice@1", "actor_iss": "corp"}
    fed = {"iss": "corp", "mapping": "alice@1", "decision": "d", **agent}
    token = world.token("alice", act={"sub": "agent/x"}, fed=fed)
    assert world.call("POST", f"/approvals/{ID}/approve", {}, token=token).status == 403


def test_it_is_decided_once(world: ResourceWorld) -> None:
    world.call("POST", f"/approvals/{ID}/deny", {})
    answer = world.call("POST", f"/approvals/{ID}/approve", {}, who="bob")
    assert (answer.status, answer.code) == (409, "already_decided")


@pytest.mark.parametrize(("id_", "status"), [("c3" * 32, 404), ("x", 400), ("A1" * 32, 400), ("..", 400)])
def test_what_nobody_asked_for_is_not_approved(world: ResourceWorld, id_: str, status: int) -> None:
    assert world.call("POST", f"/approvals/{id_}/approve", {}).status == status


def test_a_decision_of_which_there_would_be_no_record_does_not_hold(world: ResourceWorld) -> None:
    world.approval_log.failing = True
    assert world.call("POST", f"/approvals/{ID}/approve", {}).status == 503
    assert world.approvals.kept[ID].state is ApprovalState.PENDING


def test_without_the_scope_nothing_is_seen(world: ResourceWorld) -> None:
    token = world.token("alice", scope="trust:read trust:write")
    assert world.call("GET", "/approvals", token=token).status == 403


@pytest.mark.parametrize(
    ("body", "pointer", "says"),
    [
        ({"lifetime": "25h"}, "/lifetime", "1 second to 24h"),
        ({"lifetime": "soon"}, "/lifetime", "a duration is a whole number and a unit: 90s, 5m, 1h or 7d"),
        ({"lifetime": 0}, "/lifetime", "1 second to 24h"),
        ({"lifetime": True}, "/lifetime", "should be an integer"),
        ({"uses": 0}, "/uses", "should be greater than or equal to 1"),
        ({"count": 2}, "/count", "unknown key count"),
    ],
)
def test_what_is_said_wrongly_is_told_once_and_where(
    world: ResourceWorld, body: dict[str, Any], pointer: str, says: str
) -> None:
    answer = world.call("POST", f"/approvals/{ID}/approve", body)
    assert answer.status == 422
    assert [(error["pointer"], error["detail"]) for error in answer.members["errors"]] == [(pointer, says)]


def test_a_lifetime_is_seconds_or_a_duration(world: ResourceWorld) -> None:
    shown = world.call("POST", f"/approvals/{ID}/approve", {"lifetime": "90s"}).members
    assert shown["expires_at"] == "2027-01-15T08:01:30+00:00"
