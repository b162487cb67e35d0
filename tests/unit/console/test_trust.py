"""The view Trust: what the bridge says of a text, at its lines; what somebody else wrote meanwhile."""

from collections.abc import Iterator
from typing import Any

import pytest

from federation.console.draft import Draft
from tests.support.console_world import ConsoleWorld, console_world
from tests.support.fake_bridge import Reply, problem

MARKUP = "</textarea><script>alert(1)</script>"
CHANGED: dict[str, Any] = {
    "who": MARKUP,
    "tenant": None,
    "actors": [],
    "when": "2026-11-30T10:00:00Z",
    "why": MARKUP,
    "request": "",
}
DOCUMENT: dict[str, Any] = {"kind": "Zone", "id": "corp", "description": MARKUP, "cidrs": ["203.0.113.0/24"]}
SHOWN = {"document": DOCUMENT, "version": 2, "etag": '"2"', "pending": False, "updated": CHANGED, "warnings": []}
OWN = {"sec-fetch-site": "same-origin"}
FORM = {"kind": "zones", "id": "corp", "etag": '"2"', "as": "yaml", "reason": "moved"}
TEXT = "kind: Zone\nid: corp\ncidrs:\n  - 203.0.113.0/24\n"
VERSION = {"version": 3, "deleted": False, "document": DOCUMENT, "changed": CHANGED, "diff": []}
GOOD = {"base": 1, "changes": [], "warnings": [], "ends": None}


@pytest.fixture
def world() -> Iterator[ConsoleWorld]:
    with console_world() as made:
        made.bridge.admin("GET", "/zones/corp", Reply(SHOWN, headers={"etag": '"2"'}))
        made.bridge.admin("GET", "/zones", Reply({"items": [SHOWN], "next": None}))
        made.bridge.admin("GET", "/history/zones/corp", Reply({"items": [VERSION], "next": None}))
        made.bridge.admin("GET", "/confirmations", Reply({"items": [{"kind": "Zone", "id": "corp", **SHOWN}]}))
        yield made.sign_in()


@pytest.mark.parametrize("path", ["/trust?kind=zones", "/trust/zones/corp", "/trust/zones/corp/history"])
def test_markup_that_somebody_wrote_is_text(world: ConsoleWorld, path: str) -> None:
    answer = world.client.get(path)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text


def test_what_the_bridge_finds_wrong_is_told_at_its_line(world: ConsoleWorld) -> None:
    errors = [{"pointer": "/documents/0/cidrs/0", "document": "Zone corp", "detail": "no network", "hint": ""}]
    world.bridge.admin("POST", "/validate", problem(422, "invalid_document", "Mend it.", errors=errors))
    answer = world.client.post("/trust/check", headers=OWN, data={**FORM, "text": TEXT})
    assert 'data-line="4"' in answer.text
    assert "no network" in answer.text
    assert world.bridge.asked[-1].json == {"documents": [{"kind": "Zone", "id": "corp", "cidrs": ["203.0.113.0/24"]}]}
    assert "idempotency-key" not in world.bridge.asked[-1].headers


def test_what_cannot_be_read_is_told_without_asking(world: ConsoleWorld) -> None:
    answer = world.client.post("/trust/check", headers=OWN, data={**FORM, "text": "kind: Zone\nkind: Zone\n"})
    assert 'data-line="2"' in answer.text
    assert not world.bridge.all_asked("POST", "/admin/v1/validate")


def test_it_is_written_on_top_of_the_version_that_was_seen_with_its_reason(world: ConsoleWorld) -> None:
    world.bridge.admin("PUT", "/zones/corp", Reply(SHOWN, headers={"etag": '"3"'}))
    answer = world.client.post("/trust/write", headers=OWN, data={**FORM, "text": TEXT})
    assert (answer.status_code, answer.headers["location"]) == (303, "/trust/zones/corp?done=written")
    (asked,) = world.bridge.all_asked("PUT", "/admin/v1/zones/corp")
    assert (asked.headers["if-match"], asked.json["reason"]) == ('"2"', "moved")


def test_somebody_else_wrote_and_nothing_of_either_is_lost(world: ConsoleWorld) -> None:
    world.bridge.admin("PUT", "/zones/corp", problem(412, "stale_version", "It was changed."))
    world.bridge.admin("GET", "/zones/corp", Reply({**SHOWN, "version": 3}, headers={"etag": '"3"'}))
    mine = f"{TEXT}description: mine\n"
    answer = world.client.post("/trust/write", headers=OWN, data={**FORM, "text": mine})
    assert answer.status_code == 409
    assert "Somebody else wrote this meanwhile" in answer.text
    assert "description: mine" in answer.text
    assert 'name="etag" value="&#34;3&#34;"' in answer.text
    assert 'id="reason" name="reason" value="moved"' in answer.text


def test_somebody_else_deleted_it(world: ConsoleWorld) -> None:
    world.bridge.admin("PUT", "/zones/corp", problem(412, "stale_version", "It was changed."))
    world.bridge.admin("GET", "/zones/corp", problem(404, "no_such_document", "Gone."))
    answer = world.client.post("/trust/write", headers=OWN, data={**FORM, "text": TEXT})
    assert (answer.status_code, "Somebody else deleted this meanwhile" in answer.text) == (409, True)


def test_a_search_looks_on_until_a_page_is_full_and_says_where_to_go_on(world: ConsoleWorld) -> None:
    world.bridge.admin("GET", "/zones", Reply({"items": [], "next": "more"}))
    answer = world.client.get("/trust?kind=zones&search=x%26y&tenant=acme")
    asked = world.bridge.all_asked("GET", "/admin/v1/zones")
    assert {(one.query["search"], one.query["tenant"]) for one in asked} == {("x&y", "acme")}
    assert [one.query.get("cursor") for one in asked] == [None, *["more"] * 7]
    assert "/trust?kind=zones&amp;search=x%26y&amp;tenant=acme&amp;cursor=more" in answer.text


@pytest.mark.parametrize(
    "path", ["/trust?kind=nothing", "/trust/nothing/a", "/trust/zones/..%2f..%2fkeys", "/trust/zones/A"]
)
def test_what_is_no_document_is_not_asked_for(world: ConsoleWorld, path: str) -> None:
    assert world.client.get(path).status_code in (400, 404)
    assert not world.bridge.asked


def test_the_text_comes_back_to_the_letter() -> None:
    text = "kind: Zone\nid: a\ndescription: 'a\u202eb <i>'\n"
    with console_world() as world:
        world.bridge.admin("GET", "/openapi.json", Reply({"components": {"schemas": {}}}))
        sent = {"kind": "zones", "id": "", "etag": "", "as": "yaml", "to": "yaml", "text": text}
        answer = world.sign_in().client.post("/trust/editor", headers=OWN, data=sent)
    assert "a\u202eb &lt;i&gt;" in answer.text


def test_places_are_told_in_the_text_that_was_written() -> None:
    draft = Draft.of("kind: Zone\r\nid: a\r\n---\r\nkind: Zone\r\nid: b\r\n")
    place = draft.placed({"pointer": "/documents/1/id", "detail": "d"})
    assert (place.line, place.document, place.message) == (5, "Zone b", "d")


@pytest.mark.parametrize("number", ["9" * 5000, "x", "-1", "٣", ""], ids=lambda text: text[:9] or "empty")
@pytest.mark.parametrize("deed", ["confirm", "restore"])
def test_a_version_that_is_no_number_is_asked_for_again(world: ConsoleWorld, deed: str, number: str) -> None:
    answer = world.client.post(f"/trust/zones/corp/{deed}", headers=OWN, data={"version": number, "reason": "r"})
    assert (answer.status_code, "Which version?" in answer.text) == (400, True)
    assert not world.bridge.asked


def test_a_member_whose_name_is_a_very_long_number_has_its_place() -> None:
    name = "9" * 5000
    draft = Draft.of(f"kind: Mapping\nid: a\nmatch:\n  ? '{name}'\n  : x\n")
    assert draft.placed({"pointer": f"/documents/0/match/{name}", "detail": "d"}).line == 4
