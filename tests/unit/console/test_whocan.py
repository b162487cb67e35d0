"""Who reaches what: as a picture whose nodes lead on, as a table, with what is dangerous marked by words and a sign."""

from collections.abc import Iterator

import pytest

from tests.support.console_pages import way
from tests.support.console_world import ConsoleWorld, console_world
from tests.support.fake_bridge import Reply

DANGER = "the Mapping is dangerous"


@pytest.fixture
def world() -> Iterator[ConsoleWorld]:
    ways = [way("sync"), {**way("public"), "dangers": [DANGER]}]
    with console_world() as made:
        made.bridge.admin("GET", "/whocan", Reply({"items": ways, "truncated": True}))
        yield made.sign_in()


def test_the_filters_of_the_url_are_what_the_api_is_asked(world: ConsoleWorld) -> None:
    text = world.client.get("/whocan?audience=risk-engine&scope=risk:read&issuer=acme&other=x").text
    assert world.bridge.asked[-1].query == {"audience": "risk-engine", "scope": "risk:read", "issuer": "acme"}
    for told in (
        "partner/sync",
        "/trust/mappings/sync",
        "/whocan?principal=partner%2Fsync",
        "agent/planner",
        "may act",
    ):
        assert told in text
    assert "There is more than was looked at" in text


def test_what_is_dangerous_is_marked_by_words_and_a_sign_and_can_be_had_alone(world: ConsoleWorld) -> None:
    text = world.client.get("/whocan?audience=risk-engine").text
    assert text.count('class="warning"') == 1
    assert DANGER in text
    alone = world.client.get("/whocan?audience=risk-engine&danger=yes").text
    assert ("partner/sync" in alone, "partner/public" in alone) == (False, True)


def test_the_picture_can_be_kept(world: ConsoleWorld) -> None:
    answer = world.client.get("/whocan/picture.svg?audience=risk-engine")
    assert answer.headers["content-disposition"] == 'attachment; filename="who-can.svg"'
    assert answer.text.startswith("<svg")


def test_for_whom_a_principal_may_act_is_shown_too(world: ConsoleWorld) -> None:
    edge = {"party": way("user")["party"], "by": "agent/*", "then": [], "cut": False}
    found = {"principal": "agent/planner", "itself": [], "acts_for": [edge], "truncated": False}
    world.bridge.admin("GET", "/whocan", Reply(found))
    text = world.client.get("/whocan?principal=agent/planner").text
    assert "For whom agent/planner may act" in text
    assert "partner/user" in text


def test_nothing_asked_proposes_audiences_and_nothing_found_says_what_to_do(world: ConsoleWorld) -> None:
    document = {"kind": "Audience", "id": "risk-engine", "scopes": ["risk:read"]}
    world.bridge.admin("GET", "/audiences", Reply({"items": [{"document": document}], "next": None}))
    assert "/whocan?audience=risk-engine" in world.client.get("/whocan").text
    world.bridge.admin("GET", "/audiences", Reply({"items": [], "next": None}))
    assert "Write an Audience" in world.client.get("/whocan").text
    world.bridge.admin("GET", "/whocan", Reply({"items": [], "truncated": False}))
    assert "Nothing reaches it." in world.client.get("/whocan?audience=typo").text
