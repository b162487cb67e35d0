"""The chain: a picture whose nodes lead to their records, found by what people have in hand, ended from any place."""

from collections.abc import Iterator

import pytest

from tests.support.console_pages import jwt_text
from tests.support.console_world import OWN_PAGE, ConsoleWorld, console_world
from tests.support.custody_chains import agents_payment, link
from tests.support.fake_bridge import Reply, problem


@pytest.fixture
def world() -> Iterator[ConsoleWorld]:
    with console_world() as made:
        made.bridge.admin("GET", "/audit/t-3/chain", Reply(agents_payment()))
        yield made.sign_in()


def test_every_node_leads_to_its_record(world: ConsoleWorld) -> None:
    text = world.client.get("/chain?about=t-3").text
    assert text.count("<svg") == 1
    for anchor in ("token-0", "token-1", "token-2", "token-3", "token-4", "ending-0"):
        assert f'href="#{anchor}"' in text
        assert f'id="{anchor}"' in text
    assert "wrong payee" in text


def test_a_pasted_token_is_found_by_its_id_and_its_text_stays_out_of_the_url(world: ConsoleWorld) -> None:
    token = jwt_text({"jti": "t-3", "sub": "ann"})
    answer = world.client.post("/chain", data={"about": token}, headers=OWN_PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/chain?about=t-3")
    assert world.bridge.asked == []


def test_a_request_is_found_by_its_correlation_id(world: ConsoleWorld) -> None:
    world.bridge.admin("GET", "/audit/r-1/chain", problem(404, "no_such_record", "No such record."))
    world.bridge.admin("GET", "/audit", Reply({"items": [link("t-3")["record"] | {"jti": "t-3"}], "next": None}))
    answer = world.client.get("/chain?about=r-1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/chain?about=t-3")
    assert world.bridge.asked[-1].query["correlation_id"] == "r-1"


def test_a_refused_request_leads_to_why(world: ConsoleWorld) -> None:
    record = {"reason": "no_mapping", "outcome": "deny", "time": "2026-11-30T08:00:00Z"}
    world.bridge.admin("GET", "/audit", Reply({"items": [record], "next": None}))
    text = world.client.get("/chain?about=r:1").text
    assert "no_mapping" in text
    assert "/why?about=r%3A1" in text


def test_what_is_not_there_says_what_to_look_at(world: ConsoleWorld) -> None:
    world.bridge.admin("GET", "/audit", Reply({"items": [], "next": None}))
    assert "has no token and no request of that id" in world.client.get("/chain?about=nothing").text
    assert world.client.get("/chain?about=a%20b").status_code == 400


def test_any_node_can_be_revoked_with_a_reason(world: ConsoleWorld) -> None:
    text = world.client.get("/chain?about=t-3").text
    assert "/chain/revoke?what=mapping&amp;value=acme-people&amp;tenant=&amp;about=t-3" in text
    token = {"jti": "t-3", "principal": "user/acme/ann", "audience": ["payments"], "expires_at": "2026-11-30T08:05:00Z"}
    world.bridge.admin("POST", "/revocations", Reply({"tokens": 3, "counted": True, "items": [token]}))
    preview = world.client.get("/chain/revoke?what=mapping&value=acme-people&about=t-3").text
    assert world.bridge.asked[-1].query == {"dry_run": "true"}
    for told in ("3 unexpired tokens", "user/acme/ann", "And 2 more."):
        assert told in preview
    revoked = {"what": "mapping", "value": "acme-people", "tenant": None, "by": "me", "reason": "gone"}
    world.bridge.answers.clear()
    times = {"revoked_at": "2026-11-30T08:01:00Z", "expires_at": "2026-11-30T09:01:00Z"}
    world.bridge.admin("POST", "/revocations", Reply({**revoked, **times}, 201))
    form = {"what": "mapping", "value": "acme-people", "tenant": "", "about": "t-3", "reason": "gone"}
    answer = world.client.post("/chain/revoke", data=form, headers=OWN_PAGE)
    assert "acme-people" in answer.text
    assert world.bridge.asked[-1].json == {"mapping": "acme-people", "reason": "gone"}


def test_the_picture_can_be_kept(world: ConsoleWorld) -> None:
    answer = world.client.get("/chain/picture.svg?about=t-3")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert answer.headers["content-disposition"] == 'attachment; filename="chain.svg"'
    assert "<a " not in answer.text
