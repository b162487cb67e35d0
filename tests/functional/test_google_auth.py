"""Google's own STS client and external-account credentials, unmodified, as callers of the bridge."""

# mypy: disallow-untyped-calls=False

from pathlib import Path

import pytest
from google.auth import identity_pool
from google.auth.exceptions import OAuthError
from google.auth.transport.requests import Request
from google.oauth2.sts import Client

from federation.oauth.identifiers import GrantType, TokenType
from tests.support.bridge_server import AUDIENCE, OTHER_AUDIENCE, READ, RESOURCE, WRITE, Bridge


def test_its_sts_client_exchanges_a_token(bridge: Bridge) -> None:
    members = Client(f"{bridge.url}/token").exchange_token(
        Request(),
        grant_type=GrantType.TOKEN_EXCHANGE.value,
        subject_token=bridge.token("google"),
        subject_token_type=TokenType.ID_TOKEN.value,
        audience=AUDIENCE,
        resource=RESOURCE,
        scopes=[READ, WRITE],
        requested_token_type=TokenType.ACCESS_TOKEN.value,
        additional_options={"userProject": "acme-data"},
    )
    assert (members["token_type"], members["scope"]) == ("Bearer", f"{READ} {WRITE}")
    assert bridge.verify_token(members["access_token"])["sub"] == "gcp/acme/pipeline"


def test_its_sts_client_reports_a_refusal(bridge: Bridge) -> None:
    with pytest.raises(OAuthError, match="Error code invalid_target: target_not_granted"):
        Client(f"{bridge.url}/token").exchange_token(
            Request(),
            grant_type=GrantType.TOKEN_EXCHANGE.value,
            subject_token=bridge.token("google"),
            subject_token_type=TokenType.ID_TOKEN.value,
            audience="nobody",
        )


def test_its_external_account_credentials_refresh_from_a_token_file(bridge: Bridge, tmp_path: Path) -> None:
    token_file = tmp_path / "token"
    token_file.write_text(bridge.token("kubernetes"), encoding="ascii")
    credentials = identity_pool.Credentials(
        audience=OTHER_AUDIENCE,
        subject_token_type=TokenType.JWT.value,
        token_url=f"{bridge.url}/token",
        credential_source={"file": str(token_file)},
        scopes=[READ],
    )
    credentials.refresh(Request())
    assert credentials.valid
    assert bridge.verify_token(str(credentials.token))["sub"] == "k8s/acme/settlement"
