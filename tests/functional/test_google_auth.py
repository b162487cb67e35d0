"""Google's own STS client and external-account credentials, unmodified, as callers of the bridge."""

# mypy: disallow-untyped-calls=False

from pathlib import Path

import pytest
from google.auth import identity_pool
from google.auth.exceptions import OAuthError
from google.auth.transport.requests import Request
from google.oauth2.sts import Client
from google.oauth2.utils import ClientAuthentication, ClientAuthType

from federation.oauth.errors import InvalidToken, TemporarilyUnavailable
from federation.oauth.identifiers import GrantType, TokenType
from federation.oauth.reasons import Reason
from federation.resource_server.verifier import Verifier
from tests.support.bridge_server import AUDIENCE, OTHER_AUDIENCE, READ, RESOURCE, WRITE, Bridge
from tests.support.eventually import eventually


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
    token_file.write_text(bridge.token("kubernetes") + "\n", encoding="ascii")  # as a shell writes it: sent as it is
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


class Workload(identity_pool.SubjectTokenSupplier):
    """A program that has tokens itself, a fresh one for each refresh."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    def get_subject_token(self, _context: object, _request: object) -> str:
        return self._bridge.token("partner")


def test_its_external_account_credentials_refresh_from_a_program_again_and_again(bridge: Bridge) -> None:
    credentials = identity_pool.Credentials(
        audience=AUDIENCE,
        subject_token_type=TokenType.JWT.value,
        token_url=f"{bridge.url}/token",
        subject_token_supplier=Workload(bridge),
        scopes=[READ],
    )
    tokens = set()
    for _ in range(2):
        credentials.refresh(Request())
        tokens.add(str(credentials.token))
        assert bridge.verify_token(str(credentials.token))["sub"] == "partner/acme/billing-sync"
    assert len(tokens) == 2


@pytest.mark.parametrize("how", [ClientAuthType.basic, ClientAuthType.request_body])
def test_a_shared_secret_of_its_sts_client_authenticates_nobody(bridge: Bridge, how: ClientAuthType) -> None:
    with pytest.raises(OAuthError, match="Error code invalid_client"):
        Client(f"{bridge.url}/token", ClientAuthentication(how, "billing", "secret")).exchange_token(
            Request(),
            grant_type=GrantType.TOKEN_EXCHANGE.value,
            subject_token=bridge.token("partner"),
            subject_token_type=TokenType.JWT.value,
            audience=AUDIENCE,
        )


def test_its_sts_client_revokes_a_token_which_is_then_worth_nothing(bridge: Bridge) -> None:
    sts = Client(f"{bridge.url}/token")
    token = bridge.exchange("partner").members["access_token"]
    assert standing(bridge, token) is None
    assert sts.revoke_token(Request(), token, "access_token", f"{bridge.url}/revoke") == {}
    assert eventually(lambda: standing(bridge, token) is Reason.TOKEN_REVOKED)


def standing(bridge: Bridge, token: str) -> Reason | None:
    """Why a service that knows nothing yet would refuse it; None: it would not."""
    try:
        Verifier(bridge.url, AUDIENCE).verify(token)
    except (InvalidToken, TemporarilyUnavailable) as error:
        return error.reason
    return None
