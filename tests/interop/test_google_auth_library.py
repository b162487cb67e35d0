"""Google's library for Node exchanges by its own configuration file, newline at the token's end and all."""

import json
import subprocess
from pathlib import Path

import pytest

from federation.oauth.identifiers import TokenType
from tests.interop.support.issuers import HERE
from tests.support.bridge_server import AUDIENCE, Bridge

PROGRAM = HERE / "google-auth-library" / "exchange.mjs"


@pytest.fixture
def configuration(bridge: Bridge, tmp_path: Path) -> Path:
    (tmp_path / "own.jwt").write_text(bridge.token("partner") + "\n")
    file = tmp_path / "credentials.json"
    members = {
        "type": "external_account",
        "audience": AUDIENCE,
        "subject_token_type": TokenType.JWT.value,
        "token_url": f"{bridge.url}/token",
        "credential_source": {"file": str(tmp_path / "own.jwt")},
    }
    file.write_text(json.dumps(members))
    return file


def tokens(file: Path, *threshold: str) -> list[str]:
    command = ("node", str(PROGRAM), str(file), *threshold)
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: list[str] = json.loads(done.stdout)
    return found


def test_it_gets_a_token_by_its_configuration_file(bridge: Bridge, configuration: Path) -> None:
    assert bridge.verify_token(tokens(configuration, "30000")[0])["sub"] == "partner/acme/billing-sync"


def test_it_exchanges_for_every_call_unless_its_threshold_is_less_than_our_tokens_live(configuration: Path) -> None:
    assert len(set(tokens(configuration))) == 2
    assert len(set(tokens(configuration, "30000"))) == 1
