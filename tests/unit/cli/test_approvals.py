"""`fedbridge approvals` and `revoke`: what is asked of the bridge, and how its answer reads."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from typer.testing import CliRunner

from federation.cli.main import app
from tests.support.cli_runs import FakeAdmin, fake_admin
from tests.support.fake_bridge import Reply, problem

ID = "ab" * 32
PENDING: dict[str, Any] = {
    "id": ID,
    "state": "pending",
    "principal": "partner/acme/sync",
    "actors": ["agent/planner"],
    "tenant": "acme",
    "client_id": None,
    "audiences": ["ledger"],
    "scopes": ["ledger:write"],
    "purposes": ["close the books"],
    "authorization_details": [],
    "requested_at": "2026-01-02T03:04:05+00:00",
    "expires_at": "2026-01-02T03:19:05+00:00",
    "decided_by": None,
    "decided_at": None,
    "reason": "",
    "uses": 0,
}
APPROVED = {**PENDING, "state": "approved", "decided_by": "admin/ada", "reason": "incident 42", "uses": 2}


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[FakeAdmin]:
    with fake_admin(tmp_path) as admin:
        admin.bridge.admin("GET", "/approvals", Reply({"items": [PENDING], "next": None}))
        admin.bridge.admin("POST", f"/approvals/{ID}/approve", Reply(APPROVED))
        admin.bridge.admin("POST", f"/approvals/{ID}/deny", Reply({**APPROVED, "state": "denied", "uses": 0}))
        admin.bridge.admin("POST", "/revocations", Reply({"revoked_at": 1}))
        yield admin


def test_what_waits_is_shown_with_all_that_is_to_be_decided(admin: FakeAdmin) -> None:
    result = admin.run("approvals", "list")
    assert result.exit_code == 0
    for told in (f"pending {ID}", "partner/acme/sync", "agent/planner", "ledger:write at ledger", "close the books"):
        assert told in result.stdout
    assert json.loads(admin.run("approvals", "list", "--json").stdout)["items"] == [PENDING]


def test_only_one_state_may_be_asked_for(admin: FakeAdmin) -> None:
    admin.run("approvals", "list", "--state", "pending")
    assert admin.bridge.asked[-1].query == {"state": "pending", "limit": "200"}


def test_nothing_that_waits_is_said_too(admin: FakeAdmin) -> None:
    admin.bridge.admin("GET", "/approvals", Reply({"items": []}))
    assert "nothing waits" in admin.run("approvals", "list").stdout


def test_a_yes_has_a_time_a_number_of_uses_and_a_reason(admin: FakeAdmin) -> None:
    result = admin.run(*("approvals", "approve", ID, "--lifetime", "30m", "--uses", "2", "--reason", "incident 42"))
    assert (result.exit_code, "admin/ada: incident 42" in result.stdout) == (0, True)
    assert admin.bridge.asked[-1].json == {"lifetime": "30m", "uses": 2, "reason": "incident 42"}


def test_a_yes_is_short_and_for_one_token_unless_more_is_said(admin: FakeAdmin) -> None:
    admin.run("approvals", "approve", ID, "--reason", "x")
    assert admin.bridge.asked[-1].json == {"lifetime": "15m", "uses": 1, "reason": "x"}


def test_a_no_has_a_reason(admin: FakeAdmin) -> None:
    result = admin.run("approvals", "deny", ID, "--reason", "not planned")
    assert (result.exit_code, "denied" in result.stdout) == (0, True)
    assert admin.bridge.asked[-1].json == {"reason": "not planned"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("approve", ID),
        ("deny", ID),
        ("approve", "../x", "--reason", "x"),
        ("approve", ID, "--reason", "x", "--uses", "0"),
        ("decide", ID),
    ],
)
def test_a_decision_that_is_none_is_a_wrong_use(admin: FakeAdmin, arguments: tuple[str, ...]) -> None:
    assert (admin.run("approvals", *arguments).exit_code, admin.bridge.asked) == (2, [])


def test_nobody_approves_their_own_request(admin: FakeAdmin) -> None:
    admin.bridge.admin("POST", f"/approvals/{ID}/approve", problem(403, "own_request", "Ask somebody else."))
    result = admin.run("approvals", "approve", ID, "--reason", "x")
    assert (result.exit_code, "Ask somebody else." in result.stderr) == (1, True)


@pytest.mark.parametrize("command", ["list", "approve", "deny"])
def test_every_help_has_an_example(command: str) -> None:
    result = CliRunner().invoke(app, ["approvals", command, "--help"])
    assert f"Example: fedbridge approvals {command}" in result.stdout


@pytest.mark.parametrize("what", ["jti", "txn", "principal", "client", "issuer", "mapping"])
def test_exactly_one_thing_is_revoked_with_a_reason(admin: FakeAdmin, what: str) -> None:
    result = admin.run("revoke", f"--{what}", "x/y", "--reason", "leaked")
    assert (result.exit_code, result.stdout) == (0, f"revoked: {what} x/y\n")
    assert admin.bridge.asked[-1].json == {what: "x/y", "reason": "leaked"}


def test_a_token_is_revoked_by_its_id_and_never_sent(admin: FakeAdmin) -> None:
    token = jwt.encode({"jti": "j-1"}, "k" * 32, "HS256")
    assert admin.run("revoke", "--token", "-", "--reason", "leaked", input=token).exit_code == 0
    assert admin.bridge.asked[-1].json == {"jti": "j-1", "reason": "leaked"}
    assert token.encode() not in admin.bridge.asked[-1].body


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--reason", "x"), 2),
        (("--jti", "a", "--txn", "b", "--reason", "x"), 2),
        (("--jti", "a", "--token", "-", "--reason", "x"), 2),
        (("--jti", "a"), 2),
        (("--token", "-", "--reason", "x"), 1),
    ],
)
def test_what_is_unclear_revokes_nothing(admin: FakeAdmin, arguments: tuple[str, ...], code: int) -> None:
    assert (admin.run("revoke", *arguments, input="no.token.x").exit_code, admin.bridge.asked) == (code, [])


def test_what_is_not_theirs_to_revoke_is_said(admin: FakeAdmin) -> None:
    admin.bridge.admin("POST", "/revocations", problem(403, "revocation_not_permitted", "Not yours."))
    result = admin.run("revoke", "--issuer", "x", "--reason", "x")
    assert (result.exit_code, "Not yours." in result.stderr) == (1, True)
