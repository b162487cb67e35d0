"""`fedbridge history`, `restore` and `confirm`: which request each makes, and how its answer reads."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli_runs import FakeAdmin, fake_admin
from tests.support.fake_bridge import Reply, problem


def version(number: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
    change: dict[str, Any] = {"who": "admin/ada", "tenant": None, "actors": [], "when": "2026-01-02T03:04:05+00:00"}
    told = {"version": number, "deleted": False, "document": {}, "changed": {**change, "why": f"because {number}"}}
    return {**told, "diff": [{"path": "/principal", "before": "a", "after": "b"}], **changes}


def written(*, pending: bool = False) -> dict[str, Any]:
    return {"document": {"kind": "Mapping", "id": "m"}, "version": 4, "etag": '"4"', "pending": pending}


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[FakeAdmin]:
    with fake_admin(tmp_path) as admin:
        newest, oldest = [version(3, deleted=True, diff=[]), version(2)], [version(1)]
        admin.bridge.admin(
            "GET",
            "/history/mappings/m",
            lambda asked: Reply(
                {"items": oldest, "next": None} if "cursor" in asked.query else {"items": newest, "next": "c"}
            ),
        )
        admin.bridge.admin("GET", "/mappings/m", Reply(written(), headers={"etag": '"3"'}))
        admin.bridge.admin("POST", "/history/mappings/m/restore", Reply(written()))
        admin.bridge.admin("POST", "/mappings/m/confirm", Reply(written()))
        yield admin


@pytest.mark.parametrize("kind", ["Mapping", "mapping", "mappings"])
def test_every_version_says_who_when_why_and_what(admin: FakeAdmin, kind: str) -> None:
    result = admin.run("history", kind, "m")
    assert result.exit_code == 0
    assert "version 3, deleted  2026-01-02T03:04:05+00:00  admin/ada" in result.stdout
    assert "because 2" in result.stdout
    assert "- /principal: a\n    + /principal: b" in result.stdout
    assert "version 1" in result.stdout


def test_only_so_many_versions_are_fetched_as_are_wanted(admin: FakeAdmin) -> None:
    result = admin.run("history", "Mapping", "m", "--limit", "2", "--json")
    assert [item["version"] for item in json.loads(result.stdout)["items"]] == [3, 2]
    assert len(admin.bridge.asked) == 1


def test_who_acted_for_somebody_is_named(admin: FakeAdmin) -> None:
    change = {**version(1)["changed"], "actors": ["agent/bot"]}
    admin.bridge.admin("GET", "/history/mappings/m", Reply({"items": [version(1, changed=change)], "next": None}))
    assert "admin/ada (through agent/bot)" in admin.run("history", "Mapping", "m").stdout


@pytest.mark.parametrize("command", [("history",), ("restore", "--version", "1", "--reason", "x")])
@pytest.mark.parametrize("name", [("Thing", "m"), ("Mapping", "../x"), ("Mapping", "a/b"), ("Mapping", "ü")])
def test_what_is_no_name_of_a_document_is_a_wrong_use(
    admin: FakeAdmin, command: tuple[str, ...], name: tuple[str, str]
) -> None:
    result = admin.run(command[0], *name, *command[1:])
    assert (result.exit_code, admin.bridge.asked) == (2, [])


def test_a_document_that_never_was_is_said(admin: FakeAdmin) -> None:
    assert admin.run("history", "Mapping", "other").exit_code == 1


def test_restoring_what_stands_already_says_that_nothing_was_written(admin: FakeAdmin) -> None:
    reply = Reply({"document": {"kind": "Mapping", "id": "m"}, "version": 3}, headers={"etag": '"3"'})
    admin.bridge.admin("POST", "/history/mappings/m/restore", reply)
    result = admin.run("restore", "Mapping", "m", "--version", "2", "--reason", "undo")
    assert (result.exit_code, result.stdout) == (0, "Mapping m is at version 3\n")
    assert result.stderr == "it says what version 2 said: nothing was written\n"


def test_restoring_names_the_version_that_stands_now(admin: FakeAdmin) -> None:
    result = admin.run("restore", "Mapping", "m", "--version", "2", "--reason", "undo")
    assert (result.exit_code, result.stdout) == (0, "Mapping m is at version 4\n")
    asked = admin.bridge.asked[-1]
    assert (asked.json, asked.headers["if-match"]) == ({"version": 2, "reason": "undo"}, '"3"')
    assert len(asked.headers["idempotency-key"]) > 10


def test_what_was_deleted_comes_back(admin: FakeAdmin) -> None:
    admin.bridge.admin("GET", "/mappings/m", problem(404, "no_such_document", "There is no such document."))
    assert admin.run("restore", "Mapping", "m", "--version", "2", "--reason", "undo").exit_code == 0
    assert admin.bridge.asked[-1].headers["if-none-match"] == "*"


def test_whom_somebody_was_faster_than_is_told_to_look_again(admin: FakeAdmin) -> None:
    admin.bridge.admin("POST", "/history/mappings/m/restore", problem(412, "stale_version", "Somebody else wrote."))
    result = admin.run("restore", "Mapping", "m", "--version", "2", "--reason", "undo")
    assert (result.exit_code, "plan again" in result.stderr) == (1, True)


def test_a_restored_document_that_is_dangerous_waits_again(admin: FakeAdmin) -> None:
    admin.bridge.admin("POST", "/history/mappings/m/restore", Reply(written(pending=True)))
    result = admin.run("restore", "Mapping", "m", "--version", "2", "--reason", "undo")
    assert "fedbridge confirm Mapping m --version 4" in result.stderr


def test_a_second_admin_says_yes_to_one_version(admin: FakeAdmin) -> None:
    result = admin.run("confirm", "Mapping", "m", "--version", "4", "--reason", "read it")
    assert result.exit_code == 0
    assert admin.bridge.asked[-1].json == {"version": 4, "reason": "read it"}


def test_nobody_confirms_their_own(admin: FakeAdmin) -> None:
    admin.bridge.admin("POST", "/mappings/m/confirm", problem(403, "own_document", "Ask a second admin."))
    result = admin.run("confirm", "Mapping", "m", "--version", "4", "--reason", "read it")
    assert (result.exit_code, "Ask a second admin." in result.stderr) == (1, True)


@pytest.mark.parametrize("command", ["restore", "confirm"])
@pytest.mark.parametrize("option", [("--version", "1"), ("--reason", "x"), ("--version", "0", "--reason", "x")])
def test_version_and_reason_are_needed(admin: FakeAdmin, command: str, option: tuple[str, ...]) -> None:
    assert admin.run(command, "Mapping", "m", *option).exit_code == 2


def test_control_characters_of_a_stored_text_are_left_out(admin: FakeAdmin) -> None:
    diff = [{"path": "/x", "after": "\x1b[2J\x07"}]
    admin.bridge.admin("GET", "/history/mappings/m", Reply({"items": [version(1, diff=diff)], "next": None}))
    assert "\x1b" not in admin.run("history", "Mapping", "m").stdout
