"""ATTACKS O8: what somebody stored, or what a bridge says, is text in a terminal and never moves its cursor."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from tests.support.cli_runs import FakeAdmin, fake_admin
from tests.support.fake_bridge import Reply, problem, refusal

# Clears the screen, rewrites the line, sets the title, CSI as one character, and turns the reading order around.
EVIL = "x\x1b[2J\r\x1b[1A\x1b]0;owned\x07\x9b31m\u202e\u2066\u2028\x08y[bold]z[/bold]"
DEAD = "\x1b\r\x07\x9b\u202e\u2066\u2028\x08"
APPROVAL_ID = "a" * 64
DOCUMENT: dict[str, Any] = {"kind": "Zone", "id": "corp", "cidrs": ["203.0.113.0/24"], "description": EVIL}
CHANGE: dict[str, Any] = {
    "who": EVIL,
    "actors": [EVIL],
    "when": EVIL,
    "why": EVIL,
    "tenant": EVIL,
    "request": EVIL,
}
DIFF: list[dict[str, Any]] = [
    {"path": EVIL, "before": EVIL, "after": {EVIL: [EVIL]}},
    {"path": "/cedar", "before": f"a\n{EVIL}", "after": f"b\n{EVIL}"},
]
WRITTEN: dict[str, Any] = {"document": DOCUMENT | {"id": EVIL}, "version": 2, "pending": True, "warnings": []}
WARNING = {"pointer": EVIL, "document": EVIL, "detail": EVIL, "hint": EVIL}
EFFECT = {"principal": EVIL, "audience": EVIL, "scopes": [EVIL], "before": None, "after": {"lifetime": EVIL}}
EXAMPLE = {"policy": EVIL, "number": EVIL, "principal": EVIL, "audience": EVIL}
PARTY = {"issuer": EVIL, "tenant": EVIL, "mapping": EVIL, "principal": EVIL, "match": {EVIL: EVIL}}
WAY = {
    "party": PARTY,
    "audience": EVIL,
    "scopes": [EVIL],
    "clients": [EVIL],
    "usually": None,
    "policies": [{"policy": EVIL, "verdict": EVIL, "head": EVIL, "obligations": {EVIL: EVIL}}],
    "actors": [{"party": PARTY, "by": EVIL, "then": []}],
}
APPROVAL = {
    **dict.fromkeys(("id", "state", "principal", "client_id", "requested_at", "decided_by", "reason"), EVIL),
    **{name: [EVIL] for name in ("actors", "audiences", "scopes", "purposes")},
    "expires_at": EVIL,
    "authorization_details": [{"type": EVIL}],
    "uses": 1,
}
MISS = {"claim": EVIL, "wanted": EVIL, "got": EVIL}
EXPLANATION: dict[str, Any] = {
    "allowed": False,
    "steps": [
        {
            "step": EVIL,
            "outcome": "refused",
            "detail": EVIL,
            "facts": {"near": [{"mapping": EVIL, "missed": [MISS]}, {"id": EVIL, "issuer": EVIL, "audiences": [EVIL]}]},
        }
    ],
    "decision": None,
    "refusal": {"error": EVIL, "reason": EVIL, "detail": EVIL},
    "obstacles": [{"policy": EVIL, "line": 1, "text": EVIL}],
    "suggestions": [
        {
            "edits": [
                {
                    "kind": "Mapping",
                    "id": EVIL,
                    "description": EVIL,
                    "patch": [{"op": "replace", "path": EVIL, "value": EVIL}],
                }
            ]
        }
    ],
}
RECORD = {"time": EVIL, "outcome": EVIL, "reason": EVIL, "detail": EVIL, "claims": {"sub": EVIL}, "issuer": EVIL}
PLAN: dict[str, Any] = {
    "base": 1,
    "changes": [{"kind": "Zone", "id": EVIL, "version": 1, "action": "update", "pending": True, "diff": DIFF}],
    "effects": [EFFECT, EFFECT | {"before": {"lifetime": EVIL, "needs": [EVIL]}}, EXAMPLE],
    "warnings": [WARNING],
}
HISTORY = {"version": 2, "deleted": False, "document": DOCUMENT, "changed": CHANGE, "diff": DIFF}
FILES = ("trust", "claims.json", "out")
COMMANDS: list[list[str]] = [
    ["plan", "trust"],
    ["history", "Zone", "corp"],
    ["restore", "Zone", "corp", "--version", "1", "--reason", "undo"],
    ["confirm", "Mapping", "corp", "--version", "1", "--reason", "meant"],
    ["explain", "--claims", "claims.json", "--audience", "api"],
    ["explain", "--correlation-id", "c-1"],
    ["whocan", "--audience", "api"],
    ["whocan", "--principal", "p"],
    ["approvals", "list"],
    ["approvals", "deny", APPROVAL_ID, "--reason", "no"],
    ["revoke", "--jti", "j-1", "--reason", "leaked"],
]


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[FakeAdmin]:
    with fake_admin(tmp_path) as admin:
        (tmp_path / "trust").mkdir()
        (tmp_path / "trust" / "zone.yaml").write_text("kind: Zone\nid: corp\ncidrs: [203.0.113.0/24]\n", "utf-8")
        (tmp_path / "claims.json").write_text('{"iss": "https://x.example.com", "sub": "s"}', "utf-8")
        yield admin


def answers(admin: FakeAdmin) -> None:
    admin.bridge.admin("POST", "/plan", Reply(PLAN))
    admin.bridge.admin("GET", "/history/zones/corp", Reply({"items": [HISTORY], "next": None}))
    admin.bridge.admin("GET", "/zones/corp", Reply(WRITTEN, headers={"etag": '"1"'}))
    admin.bridge.admin("POST", "/history/zones/corp/restore", Reply(WRITTEN))
    admin.bridge.admin("POST", "/mappings/corp/confirm", Reply(WRITTEN))
    admin.bridge.admin("POST", "/explain", Reply(EXPLANATION))
    admin.bridge.admin("GET", "/audit", Reply({"items": [RECORD], "next": None}))
    reach = {"items": [WAY], "itself": [WAY], "acts_for": [{"party": PARTY, "by": EVIL}], "truncated": True}
    admin.bridge.admin("GET", "/whocan", Reply(reach))
    admin.bridge.admin("GET", "/approvals", Reply({"items": [APPROVAL], "truncated": False}))
    admin.bridge.admin("POST", f"/approvals/{APPROVAL_ID}/deny", Reply(APPROVAL))
    admin.bridge.admin("POST", "/revocations", Reply({"what": EVIL}))


def run(admin: FakeAdmin, *command: str) -> Result:
    """Files are those of the admin's folder."""
    return admin.run(*[admin.folder / one if one in FILES else one for one in command])


def said(result: Result) -> str:
    """Both streams; a traceback is nothing that anybody should be told."""
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.stdout + result.stderr


def assert_inert(text: str) -> None:
    assert not set(DEAD) & set(text), repr(text)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_O8_what_is_stored_is_text_in_a_terminal(admin: FakeAdmin, command: list[str]) -> None:
    answers(admin)
    text = said(run(admin, *command))
    assert_inert(text)
    assert "[bold]" in text or command[0] == "revoke", "what looks like markup is shown as it is"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_O8_json_for_machines_is_inert_too_and_loses_nothing(admin: FakeAdmin, command: list[str]) -> None:
    answers(admin)
    result = run(admin, *command, "--json")
    assert_inert(said(result))
    assert EVIL in strings(json.loads(result.stdout))


@pytest.mark.parametrize("command", [*COMMANDS, ["export", "out"], ["apply", "trust", "--yes"]], ids=" ".join)
def test_O8_a_refusal_is_text_as_well(admin: FakeAdmin, command: list[str]) -> None:
    members = {"detail": EVIL, "errors": [WARNING | {"pointer": f"/documents/0/{EVIL}"}]}
    refused = problem(409, EVIL, EVIL, **members)
    for path in ("plan", "apply", "explain", "revocations", f"approvals/{APPROVAL_ID}/deny", "mappings/corp/confirm"):
        admin.bridge.admin("POST", f"/{path}", refused)
    admin.bridge.admin("POST", "/history/zones/corp/restore", refused)
    for path in ("history/zones/corp", "zones/corp", "audit", "whocan", "approvals", "issuers"):
        admin.bridge.admin("GET", f"/{path}", refused)
    result = run(admin, *command)
    assert result.exit_code == 1
    assert_inert(said(result))
    assert_inert(said(run(admin, *command, "--json")))


@pytest.mark.parametrize("command", [["login"], ["token", "--audience", "api"]], ids=" ".join)
def test_O8_so_is_what_the_token_endpoint_says(admin: FakeAdmin, command: list[str]) -> None:
    (admin.folder / "id.jwt").write_text("a.b.c", "ascii")
    admin.bridge.on("POST", "/token", refusal(EVIL, EVIL, approval_id=EVIL))
    result = run(admin, *command, "--source", f"file:{admin.folder}/id.jwt")
    assert result.exit_code == 1
    assert_inert(said(result))


@pytest.mark.parametrize("command", ["validate", "plan", "apply"])
def test_O8_so_is_a_file_that_somebody_sent_as_a_pull_request(admin: FakeAdmin, command: str) -> None:
    evil = json.dumps(EVIL)
    broken = f"kind: Zone\nid: {evil}\n{evil}: {evil}\ncidrs: [{evil}]\n---\nkind: {evil}\nid: x\n"
    (admin.folder / "trust" / "evil.yaml").write_text(broken, "utf-8")
    result = run(admin, command, "trust")
    assert result.exit_code == 1
    assert_inert(said(result))
    assert_inert(said(run(admin, command, "trust", "--json")))


def strings(value: Any) -> Iterator[str]:  # noqa: ANN401 (JSON)
    """Every text in it."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(inner)
