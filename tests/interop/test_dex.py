"""Dex: its tokens live for a day, and have a client's id as audience."""

from collections.abc import Iterator

import pytest

from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from tests.interop.support.bridge import Document, InteropBridge, bridge_trusting, issuer, mapping
from tests.interop.support.dex import BRIDGE, STRANGER, Dex
from tests.interop.support.exchanges import Exchanges

DAY = 86_400


def trust(dex: Dex, **changes: str) -> list[Document]:
    """As the recipe of docs/oidc-recipes.md has it."""
    sub = str(dex.tokens()["id_token"].claims["sub"])
    written = issuer("dex", dex.issuer, audiences=[BRIDGE], **changes)
    return [written, mapping("dex-billing", "dex", {"sub": sub}, "partner/dex/billing")]


@pytest.fixture(scope="module")
def bridge(dex: Dex, exchanges: Exchanges) -> Iterator[InteropBridge]:
    with bridge_trusting(trust(dex, max_token_age="24h"), exchanges) as bridge:
        yield bridge


@pytest.mark.parametrize(
    ("name", "slot"),
    [("access_token", TokenType.ACCESS_TOKEN), ("id_token", TokenType.ID_TOKEN), ("id_token", TokenType.JWT)],
)
def test_its_token_is_exchanged_where_a_day_is_allowed(
    bridge: InteropBridge, dex: Dex, name: str, slot: TokenType
) -> None:
    token = dex.tokens()[name]
    assert token.claims["exp"] - token.claims["iat"] == DAY
    assert bridge.principal(token, slot) == "partner/dex/billing"


def test_a_token_for_another_of_its_clients_is_refused(bridge: InteropBridge, dex: Dex) -> None:
    token = dex.tokens(STRANGER)["id_token"]
    assert bridge.refusal(token, TokenType.ID_TOKEN) == Reason.WRONG_AUDIENCE


def test_a_day_is_too_long_unless_its_document_says_so(dex: Dex, exchanges: Exchanges) -> None:
    with bridge_trusting(trust(dex), exchanges) as strict:
        assert strict.refusal(dex.tokens()["id_token"], TokenType.ID_TOKEN) == Reason.TOKEN_LIVES_TOO_LONG
