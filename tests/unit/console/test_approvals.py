"""What waits for a person arrives by itself, and is decided by name, for a time and a number of tokens."""

from collections.abc import Iterator
from typing import Any

import pytest

from federation.console.page import Visit
from federation.console.rendering import Rendering
from federation.console.views import approvals
from tests.support.console_pages import approval
from tests.support.console_world import OWN_PAGE, ConsoleWorld, console_world
from tests.support.fake_bridge import Reply, problem

ID = "a1" * 32


@pytest.fixture
def world() -> Iterator[ConsoleWorld]:
    with console_world() as made:
        made.bridge.admin("GET", "/approvals", Reply({"items": [approval(ID)], "next": "more"}))
        made.bridge.admin("GET", f"/approvals/{ID}", Reply(approval(ID)))
        yield made.sign_in()


def test_what_waits_is_listed_with_who_through_whom_and_why(world: ConsoleWorld) -> None:
    text = world.client.get("/approvals").text
    assert world.bridge.asked[-1].query == {"limit": "50", "state": "pending"}
    for told in ("user/anna", "agent/planner", "agent/tool", "production writes", "orders"):
        assert told in text
    assert 'data-live="/approvals-live?state=pending"' in text
    assert "/approvals?state=pending&amp;cursor=more" in text


def test_pages_behind_the_first_stand_still(world: ConsoleWorld) -> None:
    text = world.client.get("/approvals?state=all&cursor=more").text
    assert world.bridge.asked[-1].query == {"limit": "50", "cursor": "more"}
    assert "data-live" not in text
    assert world.client.get("/approvals?state=maybe").status_code == 400


def test_the_live_part_is_what_waits_now(world: ConsoleWorld) -> None:
    (live,) = approvals.view().live
    rendering = Rendering.of(views=(), bridge=str)
    visit = Visit(live.path, {}, {"state": "pending"}, b"", world.console.connect, rendering)
    assert "user/anna" in live.fragment(visit)
    world.bridge.admin("GET", "/approvals", Reply({"items": [], "next": None}))
    assert "Nothing waits for an approval" in live.fragment(visit)


def test_one_is_shown_with_its_risk_and_its_chain(world: ConsoleWorld) -> None:
    text = world.client.get(f"/approvals/{ID}").text
    for told in ("40 of 100", "seen elsewhere", "lets act", "/trust/issuers/acme", "/whocan?principal="):
        assert told in text


@pytest.mark.parametrize(
    ("form", "path", "sent"),
    [
        (
            {"say": "approve", "lifetime": "1h", "uses": "2", "reason": "invoice 4711"},
            "approve",
            {"lifetime": "1h", "uses": 2, "reason": "invoice 4711"},
        ),
        ({"say": "deny", "reason": "not today"}, "deny", {"reason": "not today"}),
    ],
)
def test_a_decision_is_what_the_api_is_told(
    world: ConsoleWorld, form: dict[str, str], path: str, sent: dict[str, Any]
) -> None:
    world.bridge.admin("POST", f"/approvals/{ID}/{path}", Reply(approval(ID)))
    answer = world.client.post(f"/approvals/{ID}", data=form, headers=OWN_PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/approvals/{ID}?said={path}")
    assert world.bridge.asked[-1].json == sent


@pytest.mark.parametrize("form", [{}, {"say": "perhaps"}, {"say": "approve", "lifetime": "1h", "uses": "many"}])
def test_what_is_no_decision_decides_nothing(world: ConsoleWorld, form: dict[str, str]) -> None:
    assert world.client.post(f"/approvals/{ID}", data=form, headers=OWN_PAGE).status_code == 400
    assert world.bridge.asked == []


def test_who_may_not_decide_is_told_who_may(world: ConsoleWorld) -> None:
    world.bridge.admin("POST", f"/approvals/{ID}/deny", problem(403, "own_request", "It is your own request."))
    answer = world.client.post(f"/approvals/{ID}", data={"say": "deny", "reason": "x"}, headers=OWN_PAGE)
    assert (answer.status_code, "Ask somebody else who may decide." in answer.text) == (403, True)
