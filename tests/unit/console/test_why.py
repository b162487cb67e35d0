"""The view Why?: a token stays out of every URL, and an edit is applied as it was planned or not at all."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.console_world import ConsoleWorld, console_world
from tests.support.fake_bridge import Reply, problem

OWN = {"sec-fetch-site": "same-origin"}
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln"
MARKUP = "<script>alert(1)</script>"
MAPPING = {"kind": "Mapping", "id": "acme", "match": {"sub": MARKUP}}
EDIT = {"kind": "Mapping", "id": "acme", "description": MARKUP, "document_after": MAPPING}
PATCH = [{"op": "replace", "path": "/match/sub", "value": MARKUP}]
NEAR = {"mapping": "acme", "missed": [{"claim": MARKUP, "wanted": MARKUP, "got": {"a": MARKUP}}], "enabled": False}
FOUND: dict[str, Any] = {
    "allowed": False,
    "steps": [
        {"step": "mapping", "outcome": "refused", "detail": MARKUP, "facts": {"near": [NEAR], "x": {MARKUP: [MARKUP]}}},
        {"step": "actor", "outcome": "skipped", "detail": "not reached", "facts": {}},
    ],
    "decision": None,
    "refusal": {"error": "invalid_request", "reason": "no_mapping", "advice": "a", "detail": MARKUP, "step": "mapping"},
    "undecided": None,
    "suggestions": [{"edits": [{**EDIT, "patch": PATCH}]}],
    "edits": [],
    "obstacles": [{"policy": "p", "line": 1, "text": MARKUP}],
}
RECORD = {"time": "2026-11-30T10:00:00Z", "outcome": "refused", "reason": MARKUP, "claims": {"iss": "i", "sub": MARKUP}}
PLAN = {"base": 7, "effects": [], "changes": [{"kind": "Mapping", "id": "acme", "action": "update"}]}
SEEN = {"days": 2, "identities": 0, "most": 500}


@pytest.fixture
def world() -> Iterator[ConsoleWorld]:
    with console_world() as made:
        made.bridge.admin("POST", "/explain", Reply(FOUND))
        made.bridge.admin("GET", "/audit", Reply({"items": [{**RECORD, "requested_scope": ["a", "b"]}], "next": None}))
        made.bridge.admin("POST", "/plan", Reply({**PLAN, "seen": SEEN, "warnings": []}))
        yield made.sign_in()


def test_a_token_is_decided_and_stands_neither_in_a_url_nor_in_the_page(world: ConsoleWorld) -> None:
    answer = world.client.post("/why", headers=OWN, data={"about": TOKEN, "audience": "risk"})
    assert answer.status_code == 200
    assert TOKEN not in answer.text
    assert world.bridge.asked[-1].json == {"token": TOKEN, "audience": "risk"}
    assert world.client.get("/why", params={"about": TOKEN}).status_code == 400


def test_claims_become_a_url_that_says_the_same_again(world: ConsoleWorld) -> None:
    claims = json.dumps({"iss": "i", "sub": "a&b"})
    sent = world.client.post("/why", headers=OWN, data={"about": claims, "audience": "risk", "scope": "", "x": "y"})
    assert parse_qs(urlsplit(sent.headers["location"]).query) == {"about": [claims], "audience": ["risk"]}
    world.client.get(sent.headers["location"])
    assert world.bridge.asked[-1].json == {"claims": {"iss": "i", "sub": "a&b"}, "audience": "risk"}


def test_a_request_that_was_made_is_asked_again_as_the_trail_knows_it(world: ConsoleWorld) -> None:
    answer = world.client.get("/why?about=corr-1&audience=other")
    assert world.bridge.asked[-1].json == {"claims": RECORD["claims"], "scope": "a b", "audience": "other"}
    assert MARKUP not in answer.text
    assert answer.text.count("&lt;script&gt;alert(1)") > 9


def test_the_trail_does_not_know_it(world: ConsoleWorld) -> None:
    world.bridge.admin("GET", "/audit", Reply({"items": [], "next": None}))
    answer = world.client.get("/why?about=corr-1")
    assert (answer.status_code, "The trail does not know that request" in answer.text) == (404, True)


def test_an_edit_is_applied_at_the_revision_that_was_looked_at(world: ConsoleWorld) -> None:
    world.bridge.admin("POST", "/apply", Reply({"base": 8, "changes": [], "warnings": []}))
    text = "kind: Mapping\nid: acme\n"
    part = world.client.post("/why/edit", headers=OWN, data={"text": text, "again": "/why?about=corr-1"})
    assert 'name="base" value="7"' in part.text
    sent = {"text": text, "base": "7", "again": "/why?about=corr-1", "reason": "because"}
    answer = world.client.post("/why/apply", headers=OWN, data=sent)
    assert answer.headers["location"] == "/why?about=corr-1&done=applied"
    (asked,) = world.bridge.all_asked("POST", "/admin/v1/apply")
    assert asked.json == {"documents": [{"kind": "Mapping", "id": "acme"}], "base": 7, "reason": "because"}
    assert "idempotency-key" in asked.headers


def test_trust_that_moved_meanwhile_is_said_and_nothing_is_written(world: ConsoleWorld) -> None:
    world.bridge.admin("POST", "/apply", problem(409, "revision_moved", "Trust was changed."))
    sent = {"text": "kind: Mapping\nid: acme\n", "base": "7", "again": "//evil.example.com"}
    answer = world.client.post("/why/apply", headers=OWN, data=sent)
    assert (answer.status_code, "Plan again" in answer.text) == (409, True)


@pytest.mark.parametrize("about", ["{", "{]", "{" * 5000, '{"a":'])
def test_what_are_no_claims_is_said(world: ConsoleWorld, about: str) -> None:
    sent = world.client.post("/why", headers=OWN, data={"about": about})
    answer = world.client.get(sent.headers["location"]) if sent.status_code == 303 else sent
    assert (answer.status_code, world.bridge.asked) == (400, [])
