"""The admin token's file: replaced as a whole, for its owner's eyes."""

import stat
from pathlib import Path

import pytest

from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.admin_token import AUDIENCE, NoAdminToken, admin_documents, write_secret
from federation.local.issuers.loopback import generate_key


def test_a_secret_replaces_what_stood_there_and_is_its_owners(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("old", encoding="ascii")
    file.chmod(0o666)
    write_secret(file, "new")
    assert file.read_text(encoding="ascii") == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    elsewhere, file = tmp_path / "elsewhere", tmp_path / "token"
    elsewhere.write_text("untouched", encoding="ascii")
    file.symlink_to(elsewhere)
    write_secret(file, "secret")
    assert (elsewhere.read_text(encoding="ascii"), file.is_symlink()) == ("untouched", False)


@pytest.mark.parametrize("name", ["nowhere/token", "folder"])
def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(NoAdminToken, match="cannot be written"):
        write_secret(tmp_path / name, "secret")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


def test_the_seeded_trust_is_valid_by_itself() -> None:
    documents = validate(admin_documents(generate_key("laptop", "ES256"), [])).documents
    assert (list(documents.issuers), list(documents.mappings)) == (["fedbridge-serve"], ["fedbridge-serve"])


def test_an_admin_audience_of_ones_own_is_kept() -> None:
    scopes = ["trust:read", "trust:write", "of-another-version"]
    own = SourceDocument("own.yaml", {"kind": "Audience", "id": AUDIENCE, "scopes": scopes, "max_ttl": "10m"})
    seeds = admin_documents(generate_key("laptop", "ES256"), [own])
    documents = validate([own, *seeds]).documents
    assert documents.audiences[AUDIENCE].document.max_ttl == "10m"
    assert documents.mappings["fedbridge-serve"].document.grants[0].scopes == ["trust:read", "trust:write"]
