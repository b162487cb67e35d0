"""Dangerous documents on a laptop, where one person may be both admins, if that is said."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from federation.local.admin_token import write_secret
from federation.local.issuers import github
from federation.local.issuers.loopback import IssuerKey, generate_key
from tests.support.bridge_process import Served, served
from tests.support.eventually import HANGS

AUDIENCE = "artifacts"


@pytest.fixture(scope="module")
def key() -> IssuerKey:
    return generate_key("github-1", "RS256")


@pytest.fixture
def folder(tmp_path: Path, key: IssuerKey) -> Path:
    (tmp_path / "trust").mkdir()
    (tmp_path / "trust" / "all.yaml").write_text(yaml.safe_dump_all(documents(key)), encoding="utf-8")
    return tmp_path


def documents(key: IssuerKey) -> Iterator[dict[str, Any]]:
    yield {"kind": "Audience", "id": AUDIENCE, "scopes": ["artifacts:read"]}
    yield {
        "kind": "Issuer",
        "id": "github",
        "provider": "github",
        "issuer": github.ISSUER,
        "keys": {"jwks": key.jwks},
    }
    yield {
        "kind": "Mapping",
        "id": "everybody",
        "issuer": "github",
        "dangerous": True,
        "match": {"iss": github.ISSUER},
        "principal": "ci/anybody",
        "grants": [{"audience": AUDIENCE, "scopes": ["artifacts:read"]}],
    }


def exchanged(serving: Served, key: IssuerKey) -> dict[str, Any]:
    token = serving.folder / "token.jwt"
    write_secret(token, key.sign(github.claims(serving.url, int(time.time()))))
    return serving.exchange(token, AUDIENCE)


def test_what_is_dangerous_holds_for_nobody_and_stderr_says_how_it_would(folder: Path, key: IssuerKey) -> None:
    with served(folder, "--trust", folder / "trust") as serving:
        answer = exchanged(serving, key)
        serving.process.terminate()
        _, log = serving.process.communicate(timeout=HANGS)
    assert answer["error_description"].startswith("no_mapping: ")
    assert "pending: Mapping everybody version 1 is dangerous" in log
    assert "--confirm-dangerous" in log


def test_one_person_may_be_both_admins_of_a_laptop(folder: Path, key: IssuerKey) -> None:
    with served(folder, "--trust", folder / "trust", "--confirm-dangerous") as serving:
        answer = exchanged(serving, key)
        serving.process.terminate()
        _, log = serving.process.communicate(timeout=HANGS)
    assert answer["token_type"] == "Bearer"
    assert "pending" not in log
