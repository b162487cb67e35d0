"""mock-oauth2-server: every path is an issuer with a key of its own, and any client is who it says."""

from collections.abc import Iterator

import pytest

from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from tests.interop.support.bridge import US, InteropBridge, bridge_trusting, issuer, mapping
from tests.interop.support.exchanges import Exchanges
from tests.interop.support.mock_oauth2_server import MockOauth2Server


@pytest.fixture(scope="module")
def bridge(mock_oauth2_server: MockOauth2Server, exchanges: Exchanges) -> Iterator[InteropBridge]:
    trusted = [issuer("acme", mock_oauth2_server.issuer("acme"))]
    documents = [*trusted, mapping("billing", "acme", {"sub": "billing"}, "partner/mock/billing")]
    with bridge_trusting(documents, exchanges) as bridge:
        yield bridge


@pytest.mark.parametrize("slot", [TokenType.ACCESS_TOKEN, TokenType.JWT])
def test_its_token_is_exchanged(bridge: InteropBridge, mock_oauth2_server: MockOauth2Server, slot: TokenType) -> None:
    assert bridge.principal(mock_oauth2_server.access_token("acme", "billing", US), slot) == "partner/mock/billing"


@pytest.mark.parametrize(
    ("of", "client", "audience", "reason"),
    [
        ("another", "billing", US, Reason.UNTRUSTED_ISSUER),
        ("acme", "stranger", US, Reason.NO_MAPPING),
        ("acme", "billing", "https://another.example.com", Reason.WRONG_AUDIENCE),
    ],
)
def test_another_issuer_client_or_audience_of_the_same_server_is_a_stranger(
    bridge: InteropBridge, mock_oauth2_server: MockOauth2Server, of: str, client: str, audience: str, reason: Reason
) -> None:
    assert bridge.refusal(mock_oauth2_server.access_token(of, client, audience)) == reason
