"""The command line against what is deployed, as somebody uses it who has the outputs and an identity of their own."""

import json
from pathlib import Path

import pytest

from tests.deployed.caller import ADMIN, Caller
from tests.support.cli_runs import Admin
from tests.support.eventually import eventually


@pytest.fixture
def admin(caller: Caller, tmp_path: Path) -> Admin:
    """Logged in by the command line itself."""
    subject = tmp_path / "alice.jwt"
    subject.write_text(caller.idp.token(ADMIN, caller.url), encoding="ascii")
    admin = Admin(caller.url, tmp_path)
    logged_in = admin.run("login", "--source", f"file:{subject}", "--json")
    assert logged_in.exit_code == 0, logged_in.output
    return admin


def test_the_doctor_finds_nothing_wrong(caller: Caller, admin: Admin, tmp_path: Path) -> None:
    subject = tmp_path / "partner.jwt"
    subject.write_text(caller.parties.partner_token(caller.url), encoding="ascii")
    looks: list[list[dict[str, str]]] = []

    def is_well() -> bool:
        told = admin.run("doctor", "--source", f"file:{subject}", "--json")
        looks.append([one for one in json.loads(told.stdout)["findings"] if one["result"] == "failed"])
        return told.exit_code == 0

    assert eventually(is_well), looks[-1]  # a key was revoked a moment ago, and the lists are signed anew


def test_the_demo_plays_on_it_and_leaves_nothing_behind(caller: Caller, admin: Admin) -> None:
    before = _mappings(caller)
    told = admin.run("demo", "--url", caller.url, "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["ok"]
    assert _mappings(caller) == before


def test_it_writes_nothing_where_something_of_that_name_is(caller: Caller, admin: Admin) -> None:
    caller.admin().put("/zones/corp", {"kind": "Zone", "id": "corp", "cidrs": ["203.0.113.0/24"]}, None)
    told = admin.run("demo", "--url", caller.url, "--json")
    assert told.exit_code == 1
    assert "Zone corp" in told.output


def test_the_numbers_of_the_dashboard_are_served(caller: Caller) -> None:
    numbers = caller.admin().get("/stats").members
    assert numbers["tenant"] is None
    assert numbers["alarms"]
    assert [one["state"] for one in numbers["keys"]].count("active") == 1


def _mappings(caller: Caller) -> list[str]:
    return [str(one["document"]["id"]) for one in caller.admin().get("/mappings", {"limit": "200"}).members["items"]]
