"""Shell completion: ids as the bridge has them, and never a word about why there are none."""

import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from federation.cli.completion import completing
from federation.cli.main import app
from federation.client.admin import AdminApi
from tests.support.cli_runs import FakeAdmin, fake_admin
from tests.support.fake_bridge import Asked, Reply, problem


def documents(plural: str, *documents: Mapping[str, Any]) -> tuple[str, str, Reply]:
    return "GET", f"/{plural}", Reply({"items": [{"document": one} for one in documents], "next": None})


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[FakeAdmin]:
    with fake_admin(tmp_path) as admin:
        ids = [{"id": "acme-a"}, {"id": "acme-b"}, {"id": "$(reboot)"}, {"id": "acme *"}, {"id": "other"}]
        for plural in ("audiences", "issuers", "clients", "policies"):
            admin.bridge.admin(*documents(plural, *ids))
        principals = ("partner/acme", "ci/{repository}", "partner/acme")
        mappings = [{"id": f"m{number}", "principal": name} for number, name in enumerate(principals)]
        admin.bridge.admin("GET", "/mappings", second_page_of(mappings))
        admin.bridge.admin("GET", "/audiences/api", Reply({"document": {"scopes": ["read", "write"]}}))
        records = [{"jti": "J1", "txn": "T1"}, {"correlation_id": "C"}, {"jti": "J2", "txn": "T1"}]
        admin.bridge.admin("GET", "/audit", Reply({"items": records, "next": None}))
        admin.bridge.admin("GET", "/approvals", Reply({"items": [{"id": "a1"}], "next": None}))
        admin.bridge.admin("GET", "/keys", Reply({"items": [{"kid": "RS256-k"}]}))
        yield admin


def second_page_of(items: list[dict[str, Any]]) -> Any:  # noqa: ANN401 (an answer)
    shown = [{"document": item} for item in items]

    def answer(asked: Asked) -> Reply:
        return Reply(
            {"items": shown[1:], "next": None} if "cursor" in asked.query else {"items": shown[:1], "next": "c"}
        )

    return answer


def complete(line: str, **environment: str) -> tuple[list[str], str]:
    """What bash would offer at the end of the line, and what would stand on the terminal."""
    asked = {"_FEDBRIDGE_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(len(line.split(" ")) - 1)}
    result = CliRunner(env={**asked, **environment}).invoke(app, [], prog_name="fedbridge")
    return result.stdout.split(), result.stderr


def at(admin: FakeAdmin) -> dict[str, str]:
    return {"FEDBRIDGE_URL": admin.url, "FEDBRIDGE_TOKEN_FILE": str(admin.credential)}


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("fedbridge he", []),
        ("fedbridge hist", ["history"]),
        ("fedbridge history Aud", ["Audience"]),
        ("fedbridge history aud", ["audiences"]),
        ("fedbridge history audience a", ["acme-a", "acme-b"]),
        ("fedbridge restore Policy oth", ["other"]),
        ("fedbridge confirm Mapping ", ["m0", "m1", "m2"]),
        ("fedbridge token --audience acme-", ["acme-a", "acme-b"]),
        ("fedbridge whocan --audience api --scope w", ["write"]),
        ("fedbridge whocan --principal p", ["partner/acme"]),
        ("fedbridge revoke --mapping m1", ["m1"]),
        ("fedbridge revoke --issuer o", ["other"]),
        ("fedbridge revoke --txn ", ["T1"]),
        ("fedbridge audit trace ", ["J1", "J2"]),
        ("fedbridge audit search --client oth", ["other"]),
        ("fedbridge approvals approve ", ["a1"]),
        ("fedbridge keys revoke ", ["RS256-k"]),
        ("fedbridge history nothing ", []),
        ("fedbridge --json keys revoke R", []),
    ],
)
def test_what_the_bridge_has_is_offered(admin: FakeAdmin, line: str, offered: list[str]) -> None:
    assert complete(line, **at(admin)) == (offered, "")


@pytest.mark.parametrize(
    "line", ["fedbridge history Audience ", "fedbridge token --audience ", "fedbridge keys revoke "]
)
def test_without_bridge_login_or_right_nothing_is_offered_and_nothing_said(
    admin: FakeAdmin, line: str, tmp_path: Path
) -> None:
    admin.bridge.answers.clear()
    admin.bridge.admin("GET", "/audiences", problem(403, "insufficient_scope", "Not yours."))
    elsewhere = {"FEDBRIDGE_URL": "https://another.example.com"}  # the login is not shown to it
    for environment in (at(admin), {"FEDBRIDGE_TOKEN_FILE": str(tmp_path / "none")}, {**at(admin), **elsewhere}):
        assert complete(line, **environment) == ([], "")


def test_a_bridge_that_never_ends_is_left_in_time(admin: FakeAdmin) -> None:
    def endless(api: AdminApi, _line: Mapping[str, Any]) -> Iterator[str]:
        while True:
            yield str(api.get("/keys").members["items"][0]["kid"])

    class Line:
        params = {"url": admin.url, "token_file": admin.credential}  # noqa: RUF012 (nobody writes it)

    line: typer.Context = Line()  # type: ignore[assignment] # what a completion reads of it
    assert completing(endless, seconds=0.3)(line, "RS") == ["RS256-k"]


def test_a_command_whose_libraries_are_not_there_is_offered_without_its_options() -> None:
    program = "import sys; sys.modules['moto'] = None; from federation.cli.main import app; app(prog_name='fedbridge')"
    asked = {"_FEDBRIDGE_COMPLETE": "complete_bash", "COMP_WORDS": "fedbridge serve --tr", "COMP_CWORD": "2"}
    result = subprocess.run([sys.executable, "-c", program], env=asked, capture_output=True, text=True, check=False)
    assert (result.stdout.strip(), result.stderr) == ("", "")
