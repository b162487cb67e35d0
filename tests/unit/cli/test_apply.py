"""`fedbridge apply`: exactly what was planned, or nothing; interrupted anywhere and repeated, the same end."""

import json
import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.bridge_process import FEDBRIDGE
from tests.support.cli_runs import FakeAdmin, fake_admin
from tests.support.eventually import HANGS
from tests.support.fake_bridge import Reply, problem
from tests.support.stored_trust_api import StoredTrustApi

ZONES: list[dict[str, Any]] = [
    {"kind": "Zone", "id": f"zone-{number}", "cidrs": [f"203.0.113.{number}/32"]} for number in range(4)
]
GONE: dict[str, Any] = {"kind": "Zone", "id": "gone", "cidrs": ["203.0.113.9/32"]}
NAMES = {(zone["kind"], zone["id"]) for zone in ZONES}


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[FakeAdmin]:
    with fake_admin(tmp_path) as admin:
        (tmp_path / "trust").mkdir()
        (tmp_path / "trust" / "zones.yaml").write_text(yaml.safe_dump_all(ZONES), encoding="utf-8")
        yield admin


@pytest.fixture
def stored(admin: FakeAdmin) -> StoredTrustApi:
    stored = StoredTrustApi(admin.bridge)
    stored.put(GONE, {**ZONES[0], "cidrs": ["198.51.100.0/24"]})
    return stored


def apply(admin: FakeAdmin, *arguments: str | Path) -> tuple[int, str]:
    result = admin.run("apply", admin.folder / "trust", "--yes", *arguments)
    return result.exit_code, result.output


def plan(admin: FakeAdmin, *arguments: str) -> Path:
    file = admin.folder / "plan.json"
    assert admin.run("plan", admin.folder / "trust", "--out", file, *arguments).exit_code == 2
    return file


def test_everything_is_as_the_folder_says(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    code, told = apply(admin, "--reason", "ticket 4711")
    assert (code, "4 written, 0 unchanged" in told) == (0, True)
    assert stored.documents.keys() == {*NAMES, ("Zone", "gone")}
    assert stored.reasons == ["ticket 4711"]


def test_applying_again_writes_nothing(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    apply(admin)
    written = list(stored.writes)
    assert apply(admin)[0] == 0
    assert (stored.writes, len(stored.reasons)) == (written, 1)


def test_what_the_folder_has_not_goes_with_prune_alone(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    assert apply(admin, "--prune")[0] == 0
    assert stored.documents.keys() == NAMES


def test_a_plan_is_applied_as_it_was_made(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    file = plan(admin, "--prune")
    assert apply(admin, "--plan", file)[0] == 0
    assert stored.documents.keys() == NAMES


def test_a_plan_is_refused_once_somebody_else_has_written(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    file = plan(admin)
    stored.put({**GONE, "id": "somebody-elses"})
    code, told = apply(admin, "--plan", file)
    assert (code, "trust was changed since this was planned" in told) == (1, True)
    assert stored.reasons == []


def test_a_plan_is_refused_for_documents_that_were_not_planned(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    file = plan(admin)
    (admin.folder / "trust" / "more.yaml").write_text(yaml.safe_dump({**GONE, "id": "more"}), encoding="utf-8")
    code, told = apply(admin, "--plan", file)
    assert (code, "the folder is not what was planned" in told) == (1, True)
    assert stored.reasons == []


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": 1}', '{"format": 2, "changes": {}}'])
def test_a_plan_that_is_none_is_said(admin: FakeAdmin, stored: StoredTrustApi, text: str) -> None:
    file = admin.folder / "plan.json"
    file.write_text(text)
    code, told = apply(admin, "--plan", file)
    assert (code, "is no plan" in told, stored.reasons) == (1, True, [])


def test_a_plan_for_another_bridge_is_refused(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    file = plan(admin)
    file.write_text(file.read_text().replace(admin.url, "https://other.example.com"))
    code, told = apply(admin, "--plan", file)
    assert (code, "https://other.example.com" in told, stored.reasons) == (1, True, [])


@pytest.mark.parametrize("with_plan", [True, False])
@pytest.mark.parametrize("writes", range(6))
def test_interrupted_after_any_write_and_repeated_it_comes_to_the_same_end(
    admin: FakeAdmin, stored: StoredTrustApi, writes: int, *, with_plan: bool
) -> None:
    arguments = ("--plan", plan(admin, "--prune")) if with_plan else ("--prune",)
    stored.stop_after = writes
    admin.bridge.answers["POST", "/admin/v1/apply"] = [*admin.bridge.answers["POST", "/admin/v1/apply"]] * 2
    first = apply(admin, *arguments)[0]
    second, told = apply(admin, *arguments)
    assert second == 0, told
    assert stored.documents.keys() == NAMES
    assert (first != 0) is (0 < writes < 5)
    assert len(stored.writes) == 2 + 5, "nothing was written twice"


def test_somebody_elses_write_in_between_stops_a_plan_that_was_interrupted(
    admin: FakeAdmin, stored: StoredTrustApi
) -> None:
    file = plan(admin)
    stored.stop_after = 2
    assert apply(admin, "--plan", file)[0] == 1
    stored.put({**GONE, "id": "somebody-elses"})
    code, told = apply(admin, "--plan", file)
    assert (code, "trust was changed" in told) == (1, True)


def test_what_waits_for_a_second_admin_is_said(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    change = {"kind": "Zone", "id": "zone-0", "action": "create", "version": 7, "pending": True, "diff": []}
    answer = {"base": stored.revision, "changes": [change], "effects": [], "warnings": []}
    admin.bridge.admin("POST", "/plan", Reply(answer))
    admin.bridge.admin("POST", "/apply", Reply(answer))
    code, told = apply(admin)
    assert (code, "fedbridge confirm Zone zone-0 --version 7" in told) == (0, True)


def test_a_conflict_says_to_plan_again(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    admin.bridge.admin("POST", "/apply", problem(409, "revision_moved", "Trust was changed."))
    code, told = apply(admin)
    assert (code, "plan again" in told, stored.reasons) == (1, True, [])


def test_machines_get_what_was_written(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    told = json.loads(admin.run("apply", admin.folder / "trust", "--yes", "--json").stdout)
    assert (told["ok"], len(told["changes"]), len(stored.documents)) == (True, 4, 5)


def test_a_broken_document_means_that_nothing_is_written(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    (admin.folder / "trust" / "broken.yaml").write_text("kind: Zone\nid: broken\ncidrs: [everywhere]\n")
    code, told = apply(admin)
    assert (code, "broken.yaml:3" in told, stored.bridge.asked) == (1, True, [])


def test_where_nobody_can_be_asked_nothing_is_written_without_yes(admin: FakeAdmin, stored: StoredTrustApi) -> None:
    for arguments in ((), ("--json",), ("--plan", plan(admin))):
        result = admin.run("apply", admin.folder / "trust", *arguments)
        assert (result.exit_code, stored.reasons) == (2, [])
        assert "--yes" in result.output
    apply(admin)
    assert admin.run("apply", admin.folder / "trust").exit_code == 0  # nothing to write, and nothing to ask


@pytest.mark.parametrize(("said", "code"), [("n", 1), ("y", 0)])
def test_who_sits_at_a_terminal_is_asked(admin: FakeAdmin, stored: StoredTrustApi, said: str, code: int) -> None:
    ours, theirs = pty.openpty()
    variables = os.environ | {"FEDBRIDGE_URL": admin.bridge.url, "FEDBRIDGE_TOKEN_FILE": str(admin.credential)}
    command = [FEDBRIDGE, "apply", str(admin.folder / "trust")]
    with subprocess.Popen(
        command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=variables
    ) as asked:
        os.write(ours, f"{said}\n".encode())
        asked.communicate(timeout=HANGS)
    assert (asked.returncode, bool(stored.reasons)) == (code, said == "y")
