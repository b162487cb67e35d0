"""SPIRE: its workloads by JWT-SVID and X.509-SVID, by its own bundle and as an OpenID provider."""

import time
from collections.abc import Iterator

import pytest

from federation.model.trust import IssuerKeys
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.verification.discovery import KeysRefused
from federation.verification.held_keys import COOL_DOWN
from tests.interop.support.bridge import US, Document, InteropBridge, bridge_trusting, issuer, mapping
from tests.interop.support.exchanges import Exchanges
from tests.interop.support.real_keys import discovering, key_source, real_world
from tests.interop.support.spire import TRUST_DOMAIN, Spire
from tests.support.fake_clock import FixedClock
from tests.support.issuer_world import Directory, refusal
from tests.support.x509_world import CertificateWorld, spiffe

TRUST = f"spiffe://{TRUST_DOMAIN}"
SYNC = "/billing/sync"


def by_discovery(spire: Spire) -> Document:
    """As an OpenID provider, which signs for workloads by name."""
    return issuer("workloads", spire.issuer)


def by_bundle(spire: Spire) -> Document:
    """As a trust domain, with its bundle as the server prints it."""
    return issuer("workloads", TRUST, provider="spiffe", keys={"jwks": spire.bundle()})


@pytest.fixture(scope="module", params=[by_discovery, by_bundle])
def bridge(request: pytest.FixtureRequest, spire: Spire, exchanges: Exchanges) -> Iterator[InteropBridge]:
    sync = mapping("sync", "workloads", {"sub": f"{TRUST}{SYNC}"}, "spiffe/acme/billing-sync")
    with bridge_trusting([request.param(spire), sync], exchanges) as bridge:
        yield bridge


def test_a_jwt_svid_is_exchanged(bridge: InteropBridge, spire: Spire) -> None:
    token = spire.jwt_svid(SYNC, US)
    assert token.claims["sub"] == f"{TRUST}{SYNC}"
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


def test_an_x509_svid_is_verified_by_the_bundle(spire: Spire) -> None:
    trusted = spiffe(TRUST, IssuerKeys(jwks=spire.bundle()))
    world = CertificateWorld(Directory(trusted), clock=FixedClock(time.time()))
    assert world.verify(*spire.x509_svid(SYNC)).subject == f"{TRUST}{SYNC}"


def test_an_x509_svid_of_another_server_is_refused_although_it_names_the_trust_domain(
    spire: Spire, another_spire: Spire
) -> None:
    trusted = spiffe(TRUST, IssuerKeys(jwks=spire.bundle()))
    world = CertificateWorld(Directory(trusted), clock=FixedClock(time.time()))
    assert world.refusal(*another_spire.x509_svid(SYNC)) is Reason.CERTIFICATE_REFUSED
