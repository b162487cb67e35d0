"""A token on disk."""

from pathlib import Path

import pytest

from federation.client.credential import Credential, NoCredential, read_credential, write_credential
from federation.client.key import DpopKey


def test_what_was_written_is_read_back_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    file, key = tmp_path / "credential", DpopKey.generate()
    write_credential(file, Credential("a.b.c", key, 1_800_000_000))
    read = read_credential(file)
    assert (read.access_token, read.expires_at) == ("a.b.c", 1_800_000_000)
    assert read.key is not None
    assert read.key.thumbprint == key.thumbprint
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_bare_token_is_a_bearers(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("a.b.c\n")
    assert read_credential(tmp_path / "token").headers("GET", "https://x") == {"authorization": "Bearer a.b.c"}


def test_a_bound_token_comes_with_a_proof_of_the_request() -> None:
    headers = Credential("a.b.c", DpopKey.generate()).headers("GET", "https://x/y")
    assert headers["authorization"] == "DPoP a.b.c"
    assert headers["dpop"].count(".") == 2


@pytest.mark.parametrize("text", ["{", "{}", '{"access_token": "a", "dpop_key": {}, "expires_at": 1}', "[1]\u00e4"])
def test_a_file_that_is_no_credential_says_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / "broken").write_text(text)
    with pytest.raises(NoCredential, match="fedbridge login"):
        read_credential(tmp_path / "broken")


def test_a_file_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoCredential, match="fedbridge login"):
        read_credential(tmp_path / "nothing")


def test_a_secret_never_shows_in_a_repr() -> None:
    assert "a.b.c" not in repr(Credential("a.b.c", DpopKey.generate()))
