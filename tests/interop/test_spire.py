"""SPIRE: JWT-SVIDs, as tokens of an OpenID provider."""

from collections.abc import Iterator

import pytest

from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.verification.discovery import KeysRefused
from federation.verification.held_keys import COOL_DOWN
from tests.interop.support.bridge import US, Document, InteropBridge, bridge_trusting, issuer, mapping
from tests.interop.support.exchanges import Exchanges
from tests.interop.support.real_keys import discovering, key_source, real_world
from tests.interop.support.spire import TRUST_DOMAIN, Spire
from tests.support.issuer_world import refusal

SYNC = "/billing/sync"


def trust(spire: Spire) -> list[Document]:
    return [
        issuer("workloads", spire.issuer),
        mapping("sync", "workloads", {"sub": f"spiffe://{TRUST_DOMAIN}{SYNC}"}, "spiffe/acme/billing-sync"),
    ]


@pytest.fixture(scope="module")
def bridge(spire: Spire, exchanges: Exchanges) -> Iterator[InteropBridge]:
    with bridge_trusting(trust(spire), exchanges) as bridge:
        yield bridge


def test_a_jwt_svid_is_exchanged(bridge: InteropBridge, spire: Spire) -> None:
    token = spire.jwt_svid(SYNC, US)
    assert token.claims["sub"] == f"spiffe://{TRUST_DOMAIN}{SYNC}"
    assert bridge.principal(token, TokenType.JWT) == "spiffe/acme/billing-sync"


def test_another_workload_of_the_trust_domain_is_nobody(bridge: InteropBridge, spire: Spire) -> None:
    assert bridge.refusal(spire.jwt_svid("/billing/sync-too", US), TokenType.JWT) == Reason.NO_MAPPING


def test_a_jwt_svid_for_somebody_else_is_refused(bridge: InteropBridge, spire: Spire) -> None:
    token = spire.jwt_svid(SYNC, "https://somebody-else.example.com")
    assert bridge.refusal(token, TokenType.JWT) == Reason.WRONG_AUDIENCE


def test_the_discovery_document_must_name_the_issuer_exactly(spire: Spire) -> None:
    published = key_source().load(discovering(spire.issuer)).keys
    assert set(published.by_kid) == {key["kid"] for key in spire.bundle()["keys"] if key["use"] == "jwt-svid"}
    with pytest.raises(KeysRefused, match="another issuer"):
        key_source().load(discovering(f"{spire.issuer}/"))


def test_a_new_key_is_learned_after_the_cool_down_and_not_before(another_spire: Spire) -> None:
    old = another_spire.jwt_svid(SYNC, US)
    world = real_world(another_spire.issuer)
    world.verify(old.text)
    another_spire.rotate()
    new = another_spire.jwt_svid(SYNC, US)
    assert refusal(world, new.text) is Reason.UNKNOWN_KEY
    world.clock.advance(COOL_DOWN)
    assert world.verify(new.text).key_id == new.header["kid"] != world.verify(old.text).key_id
