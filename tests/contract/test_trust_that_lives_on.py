"""With AWS_ENDPOINT_URL_DYNAMODB, what one `fedbridge serve` was told the next one knows. Needs a real engine."""

import time
from pathlib import Path

import yaml

from federation.local.issuers import google
from federation.local.issuers.loopback import IssuerKey, generate_key
from tests.support.bridge_process import run, served

AUDIENCE = "https://federation.example.com"


def documents(key: IssuerKey) -> list[dict[str, object]]:
    issuer = {"kind": "Issuer", "id": "google", "provider": "google", "issuer": google.ISSUER}
    mapping = {"kind": "Mapping", "id": "pipeline", "issuer": "google", "match": {"sub": google.UNIQUE_ID}}
    grants = [{"audience": "warehouse", "scopes": ["warehouse:query"]}]
    return [
        {"kind": "Audience", "id": "warehouse", "scopes": ["warehouse:query"]},
        {**issuer, "audiences": [AUDIENCE], "keys": {"jwks": key.jwks}},
        {**mapping, "principal": "gcp/pipeline", "grants": grants},
    ]


def token(key: IssuerKey, file: Path) -> Path:
    file.write_text(key.sign(google.claims(AUDIENCE, int(time.time()))), encoding="ascii")
    return file


def test_the_next_run_knows_what_the_last_one_was_told(ministack_endpoint: str, tmp_path: Path) -> None:
    key = generate_key("google-1", "RS256")
    trust, broken = tmp_path / "trust.yaml", tmp_path / "broken.yaml"
    trust.write_text(yaml.safe_dump_all(documents(key)), encoding="utf-8")
    broken.write_text("kind: Issuer\nid: google\n", encoding="utf-8")
    foreign = token(key, tmp_path / "token")
    with served(tmp_path, "--trust", trust, AWS_ENDPOINT_URL_DYNAMODB=ministack_endpoint) as told:
        assert told.exchange(foreign, "warehouse")["scope"] == "warehouse:query"
    assert run("--port", "0", "--trust", broken, AWS_ENDPOINT_URL_DYNAMODB=ministack_endpoint).returncode == 1
    with served(tmp_path, AWS_ENDPOINT_URL_DYNAMODB=ministack_endpoint) as later:
        assert later.exchange(foreign, "warehouse")["scope"] == "warehouse:query"
