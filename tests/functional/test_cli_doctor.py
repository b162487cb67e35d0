"""`fedbridge doctor` against the whole bridge: what a caller, an admin, and an admin in trouble are told."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from federation.cli.doctor.examination import CHECKS
from tests.support.admin_laptop import AdminLaptop, admin_laptop
from tests.support.sound_bridge import Members, parsed

ALONE = {"trust.admins"}
"""There is one admin on this laptop."""
YOUNG = {"keys.standby", "trust.keys"}
"""A bridge has its second key when it has run for a while."""


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdminLaptop]:
    with admin_laptop(tmp_path_factory.mktemp("doctor")) as laptop:
        laptop.log_in()
        yield laptop


def findings(laptop: AdminLaptop, exits: int = 0, **environment: str) -> dict[str, Members]:
    result = laptop.run("doctor", "--json", **environment)
    assert result.exit_code == exits, result.output
    return parsed(result.stdout)


def names(found: dict[str, Members], result: str) -> set[str]:
    return {name for name, one in found.items() if one["result"] == result}


def test_a_caller_without_any_rights_learns_what_concerns_a_caller(laptop: AdminLaptop, tmp_path: Path) -> None:
    nowhere = {"XDG_CONFIG_HOME": str(tmp_path), "FEDBRIDGE_TOKEN_FILE": ""}
    found = findings(laptop, 0, **nowhere, FEDBRIDGE_SUBJECT_TOKEN=laptop.worker_token())
    assert names(found, "failed") == set()
    assert names(found, "warning") <= YOUNG
    assert names(found, "not_checked") == {name for name in CHECKS if name.startswith(("admin.", "trust.", "audit."))}


def test_an_admin_learns_everything(laptop: AdminLaptop) -> None:
    found = findings(laptop, FEDBRIDGE_SUBJECT_TOKEN=laptop.worker_token())
    assert ALONE <= names(found, "warning") <= ALONE | YOUNG
    assert names(found, "failed") | names(found, "not_checked") == set()
    assert "admin/laptop" in found["trust.admins"]["seen"]
    assert "audit:read" in found["admin.scopes"]["seen"]


def test_a_token_that_serve_leaves_will_do(laptop: AdminLaptop, tmp_path: Path) -> None:
    laptop.keep_bearer(tmp_path / "admin.token")
    (tmp_path / "admin.token").chmod(0o600)
    found = findings(laptop, FEDBRIDGE_TOKEN_FILE=str(tmp_path / "admin.token"))
    assert {found[name]["result"] for name in found if name.startswith("admin.")} == {"ok"}


def test_an_issuer_that_somebody_disabled_is_named(laptop: AdminLaptop, tmp_path: Path) -> None:
    issuer, *_ = laptop.partner()
    (tmp_path / "issuer.yaml").write_text(yaml.safe_dump({**issuer, "enabled": False}))
    assert laptop.run("apply", "--yes", tmp_path / "issuer.yaml").exit_code == 0
    found = findings(laptop)["trust.issuers"]
    assert (found["result"], "1 of 2 issuers are disabled" in found["seen"]) == ("warning", True)
    assert "fedbridge history Issuer partner" in found["next"]


def test_an_admin_who_is_out_is_told_to_log_in(laptop: AdminLaptop) -> None:
    kept = laptop.credential.read_text()
    assert laptop.run("logout").exit_code == 0
    laptop.credential.write_text(kept)
    laptop.credential.chmod(0o600)
    found = findings(laptop, exits=1)
    assert names(found, "failed") == {"admin.accepted"}
    assert "token_revoked" in found["admin.accepted"]["seen"]
    assert "fedbridge login" in found["admin.accepted"]["next"]
    laptop.log_in()
