"""`fedbridge keys`: what is asked of the bridge, and how its answer reads."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from federation.cli.main import app
from tests.support.cli_runs import FakeAdmin, fake_admin
from tests.support.fake_bridge import Reply, problem

AT, LATER = "2026-01-02T03:04:05+00:00", "2026-01-02T03:14:05+00:00"


def key(kid: str, state: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 (any JSON)
    times = {"published_at": AT, "seen_by_all_at": LATER, "active_since": None, "leaves_at": None}
    return {"kid": kid, "state": state, "algorithm": "RS256", **times, **changes}


CHANGE: dict[str, Any] = {
    "action": "revoke",
    "kid": "RS256-c",
    "active": "RS256-a",
    "unseen": False,
    "who": "a",
    "when": AT,
    "why": "x",
}
KEYS: dict[str, Any] = {
    "items": [
        key("RS256-a", "active", active_since=AT),
        key("RS256-b", "next"),
        key("RS256-r", "retired", active_since=AT, leaves_at=LATER),
        key("RS256-n", "next", published_at=None, seen_by_all_at=None),
    ],
    "former": [
        {"kid": "RS256-c", "end": "revoked", "left_at": AT},
        {"kid": "RS256-e", "end": "expired", "left_at": AT},
    ],
    "changes": [CHANGE],
    "version": 7,
}


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[FakeAdmin]:
    with fake_admin(tmp_path) as admin:
        admin.bridge.admin("GET", "/keys", Reply(KEYS))
        admin.bridge.admin("POST", "/keys/rotate", Reply(KEYS))
        admin.bridge.admin("POST", "/keys/RS256-a/revoke", Reply(KEYS))
        yield admin


def test_every_key_has_a_line_that_says_where_it_stands(admin: FakeAdmin) -> None:
    result = admin.run("keys", "list")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines == [
        ["state", "kid", "since", "until"],
        ["active", "RS256-a", AT],
        ["next", "RS256-b", AT, "ready", LATER],
        ["retired", "RS256-r", AT, LATER],
        ["next", "RS256-n", "ready", "when", "published"],
        ["revoked", "RS256-c", AT],
    ]


def test_nothing_is_left_out_in_a_narrow_terminal(admin: FakeAdmin) -> None:
    kid = f"RS256-{'x' * 43}"
    admin.bridge.admin("GET", "/keys", Reply({**KEYS, "items": [key(kid, "next")], "former": []}))
    for width in ("20", "60", "80", "200"):
        told = admin.run("keys", "list", COLUMNS=width).stdout
        assert [line.split() for line in told.splitlines()] == [
            *(["state", "kid"], ["since", "until"]),
            *(["next", kid], [AT, "ready", LATER]),
        ]
        assert max(map(len, told.splitlines())) <= 80


def test_a_machine_gets_all_of_it(admin: FakeAdmin) -> None:
    assert json.loads(admin.run("keys", "list", "--json").stdout) == KEYS


def test_a_rotation_may_say_why(admin: FakeAdmin) -> None:
    assert admin.run("keys", "rotate", "--reason", "drill").exit_code == 0
    assert admin.bridge.asked[-1].json == {"reason": "drill"}
    assert admin.bridge.asked[-1].headers["idempotency-key"]
    assert admin.run("keys", "rotate").exit_code == 0


def test_a_standby_that_somebody_may_lack_is_a_failure_that_says_so(admin: FakeAdmin) -> None:
    admin.bridge.admin("POST", "/keys/rotate", problem(409, "standby_not_seen", "Not every verifier has it."))
    result = admin.run("keys", "rotate")
    assert (result.exit_code, "Not every verifier has it." in result.stderr) == (1, True)
    assert ("fedbridge keys list" in result.stderr, "plan" in result.stderr) == (True, False)


def test_a_revocation_says_why_and_shows_what_is_left(admin: FakeAdmin) -> None:
    result = admin.run("keys", "revoke", "RS256-a", "--reason", "leaked")
    assert (result.exit_code, result.stderr) == (0, "")
    assert admin.bridge.asked[-1].json == {"reason": "leaked"}


def test_it_is_said_when_verifiers_may_not_have_the_key_that_follows(admin: FakeAdmin) -> None:
    hurried = {**KEYS, "changes": [{**CHANGE, "unseen": True}]}
    admin.bridge.admin("POST", "/keys/RS256-a/revoke", Reply(hurried))
    assert "ten minutes" in admin.run("keys", "revoke", "RS256-a", "--reason", "leaked").stderr


@pytest.mark.parametrize(
    "arguments", [("revoke", "RS256-a"), ("revoke", "../x", "--reason", "x"), ("revoke", "--reason", "x"), ("delete",)]
)
def test_what_is_unclear_is_a_wrong_use(admin: FakeAdmin, arguments: tuple[str, ...]) -> None:
    assert (admin.run("keys", *arguments).exit_code, admin.bridge.asked) == (2, [])


@pytest.mark.parametrize("command", ["list", "rotate", "revoke"])
def test_every_help_has_an_example(command: str) -> None:
    result = CliRunner().invoke(app, ["keys", command, "--help"])
    assert f"Example: fedbridge keys {command}" in result.stdout
