"""`fedbridge pending`: what waits, and what to do about it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli_runs import FakeAdmin, fake_admin
from tests.support.fake_bridge import Reply

WAITING: dict[str, Any] = {
    "kind": "Mapping",
    "id": "everybody",
    "version": 3,
    "updated": {"who": "admin/alice", "when": "2027-01-15T08:00:00+00:00", "why": "public \x1b[2J builds"},
}


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[FakeAdmin]:
    with fake_admin(tmp_path) as admin:
        yield admin


def test_what_waits_is_shown_with_who_wrote_it_why_and_how_to_confirm_it(admin: FakeAdmin) -> None:
    admin.bridge.admin("GET", "/confirmations", Reply({"items": [WAITING], "truncated": True}))
    result = admin.run("pending")
    assert result.exit_code == 0
    assert "Mapping everybody, version 3  2027-01-15T08:00:00+00:00  admin/alice" in result.stdout
    assert "fedbridge confirm Mapping everybody --version 3 --reason TEXT" in result.stdout
    assert "\x1b[2J" not in result.stdout
    assert "there is more" in result.stderr
    assert json.loads(admin.run("pending", "--json").stdout)["items"] == [WAITING]


def test_nothing_that_waits_is_said_too(admin: FakeAdmin) -> None:
    admin.bridge.admin("GET", "/confirmations", Reply({"items": [], "truncated": False}))
    assert admin.run("pending").stdout == "nothing waits for a second admin\n"
