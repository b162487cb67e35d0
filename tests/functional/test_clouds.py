"""The bridge's token in boto3, google-auth, azure-identity and Vault, unmodified: each cloud verifies it first."""

# mypy: disallow-untyped-calls=False

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from google.auth.transport.requests import Request

from federation.client import ClientError, FederatedToken
from federation.client.clouds.aws import aws_session
from federation.client.clouds.azure import azure_credential
from federation.client.clouds.google import google_credentials
from federation.client.clouds.vault import vault_login
from tests.support.bridge_server import AUDIENCE, OTHER_AUDIENCE, Bridge
from tests.support.caller_identity import Workload
from tests.support.fake_bridge import serving
from tests.support.issuer_tls import ThrowAwayAuthority
from tests.support.verifying_clouds import APPLICATION, POOL, ROLE, TENANT, Clouds

WHO = "partner/acme/billing-sync"


@pytest.fixture
def clouds(bridge: Bridge) -> Iterator[Clouds]:
    with serving(partial(Clouds, bridge=bridge.url, audience=AUDIENCE)) as clouds:
        yield clouds


def token(bridge: Bridge, audience: str = AUDIENCE) -> FederatedToken:
    return FederatedToken(bridge.url, audience, source=Workload(bridge))


def test_a_boto3_session_assumes_a_role(bridge: Bridge, clouds: Clouds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", clouds.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "somebody-else")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    session = aws_session(token(bridge), ROLE, region="eu-central-1")
    assert session.client("sts").get_caller_identity()["Arn"] == ROLE
    assert [claims["sub"] for claims in clouds.seen] == [WHO]
    assert "ASIA1" in clouds.asked[-1].headers["authorization"]
    assert "cnf" not in clouds.seen[0]


def test_its_credentials_are_fetched_again_before_they_end(
    bridge: Bridge, clouds: Clouds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", clouds.url)
    clouds.lifetime /= 60  # below botocore's ten minutes, so that every request fetches them
    client = aws_session(token(bridge), ROLE, region="eu-central-1").client("sts")
    for _ in range(2):
        client.get_caller_identity()
    assert len(clouds.seen) == 2


def test_google_credentials_come_from_the_pool(bridge: Bridge, clouds: Clouds) -> None:
    credentials = google_credentials(token(bridge), POOL, sts=f"{clouds.url}/v1/token")
    credentials.refresh(Request())
    assert (credentials.token, credentials.valid) == ("ya29.1", True)
    assert clouds.seen[0]["sub"] == WHO


def test_an_azure_credential_asserts_with_it(bridge: Bridge, tmp_path: Path) -> None:
    authority = ThrowAwayAuthority()
    tls = authority.server_context("localhost", tmp_path)
    with serving(partial(Clouds, bridge=bridge.url, audience=AUDIENCE), tls) as entra:
        credential = azure_credential(
            token(bridge),
            TENANT,
            APPLICATION,
            authority=entra.url,
            disable_instance_discovery=True,
            connection_verify=str(authority.written(tmp_path)),
        )
        assert credential.get_token("https://storage.azure.com/.default").token == "entra.1"
        assert entra.seen[0]["sub"] == WHO


def test_a_login_at_vault(bridge: Bridge, clouds: Clouds) -> None:
    logged_in = vault_login(token(bridge), clouds.url, "reader")
    assert (logged_in.token, logged_in.lifetime, logged_in.policies) == ("hvs.token", 600, ("default", "reader"))
    assert "hvs" not in repr(logged_in)


def test_a_token_for_another_audience_gets_nowhere(bridge: Bridge, clouds: Clouds) -> None:
    with pytest.raises(ClientError, match="invalid audience"):
        vault_login(token(bridge, OTHER_AUDIENCE), clouds.url, "reader")
    assert clouds.seen == []


def test_no_token_goes_to_a_vault_in_the_clear(bridge: Bridge) -> None:
    workload = Workload(bridge)
    with pytest.raises(ClientError, match="https"):
        vault_login(FederatedToken(bridge.url, AUDIENCE, source=workload), "http://vault.example.com", "reader")
    assert workload.asked == []
