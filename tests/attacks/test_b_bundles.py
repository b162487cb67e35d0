"""Group B for SPIFFE bundles: a set of authorities and keys is fetched, kept and judged as any other set of keys."""

import pytest
from msgspec.structs import replace

from federation.issuer_keys.refresh import KeyRefresh
from federation.model.json import Json
from federation.model.trust import IssuerKeys
from federation.oauth.errors import InvalidRequest, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.verification.discovery import KeySource
from federation.verification.providers import provider_named
from tests.support.fake_fetcher import FakeFetcher
from tests.support.fake_issuer_keys import FakeIssuerKeys
from tests.support.issuer_world import BRIDGE, JWKS_URI, Directory, World, claims, jwks, token, trusted
from tests.support.jose_keys import rsa_key
from tests.support.x509_authority import NOW, authority, pem, rsa_private, svid
from tests.support.x509_world import (
    BUNDLE,
    TRUST_DOMAIN,
    CertificateWorld,
    bundle,
    certificate_world,
    spiffe,
    x509_svid,
)

CA, OTHER = authority(), authority("other")
LEAF = CA.sign(replace(svid(), not_after=NOW + 24 * 3600))


def unavailable(world: CertificateWorld) -> bool:
    """Whether an honest workload is told to come back later."""
    with pytest.raises(TemporarilyUnavailable) as refused:
        world.verify(LEAF)
    return refused.value.reason is Reason.ISSUER_KEYS_UNAVAILABLE


def test_B1_strangers_cost_one_fetch_however_many_come() -> None:
    world = certificate_world(spiffe(), bundle=bundle(CA))
    forged = OTHER.sign(svid())
    for _ in range(20):
        assert world.refusal(forged) is Reason.CERTIFICATE_REFUSED
        world.clock.advance(1)
    assert world.web.fetched == [BUNDLE]


def test_B4_a_set_with_a_shared_secret_is_refused_and_the_last_good_one_kept() -> None:
    bad: tuple[Json, ...] = ({"kty": "oct", "k": "AAAA", "use": "jwt-svid"},)
    assert unavailable(certificate_world(spiffe(), bundle=bundle(CA, keys=bad)))
    world = certificate_world(spiffe(), bundle=bundle(CA))
    world.verify(LEAF)
    world.web.documents[BUNDLE] = bundle(OTHER, keys=bad)
    world.clock.advance(601)
    assert world.verify(LEAF).keys_stale


def test_B4_a_kid_of_two_keys_takes_nothing_from_the_authorities_beside_them() -> None:
    double: tuple[Json, ...] = (rsa_key("k").jwk(use="jwt-svid"), rsa_key("l").jwk(use="jwt-svid", kid="k"))
    assert certificate_world(spiffe(), bundle=bundle(CA, keys=double)).verify(LEAF).subject


NO_AUTHORITY: dict[str, dict[str, Json]] = {
    "no use": {"use": None},
    "use sig": {"use": "sig"},
    "use jwt-svid": {"use": "jwt-svid"},
    "use in upper case": {"use": "X509-SVID"},
    "a list as use": {"use": ["x509-svid"]},
    "a published private key": {"d": "AAAA"},
    "no x5c": {"x5c": None},
    "an empty x5c": {"x5c": []},
    "x5c as text": {"x5c": "MII"},
    "x5c of numbers": {"x5c": [1]},
    "x5c that is no base64": {"x5c": ["*"]},
    "x5c outside ASCII": {"x5c": ["\u00e9"]},
    "x5c that is no certificate": {"x5c": ["AAAA"]},
    "x5c in PEM": {"x5c": [pem(CA.certificate)]},
    "a leaf": {"x5c": x509_svid(LEAF)["x5c"]},
    "a weak authority": {"x5c": x509_svid(authority("weak", key=rsa_private("weak", 1024)))["x5c"]},
}


@pytest.mark.parametrize("members", NO_AUTHORITY.values(), ids=NO_AUTHORITY)
def test_B6_an_entry_that_is_no_authority_vouches_for_nobody(members: dict[str, Json]) -> None:
    entry = {name: value for name, value in {**x509_svid(CA), **members}.items() if value is not None}
    world = certificate_world(spiffe(), bundle={"keys": [entry]})
    assert world.detail(LEAF) == "the issuer has no authority for certificates"
    beside = certificate_world(spiffe(), bundle={"keys": [entry, x509_svid(CA)]})
    assert beside.verify(LEAF).subject.startswith(TRUST_DOMAIN)


def test_B6_of_several_certificates_in_x5c_the_first_is_the_authority() -> None:
    both: list[Json] = [*_x5c(CA), *_x5c(OTHER)]
    world = certificate_world(spiffe(), bundle={"keys": [x509_svid(CA, x5c=both)]})
    assert world.verify(LEAF)
    assert world.detail(OTHER.sign(svid()))


def _x5c(ca: object) -> list[Json]:
    entries = x509_svid(ca)["x5c"]  # type: ignore[arg-type]
    assert isinstance(entries, list)
    return entries


def test_B6_a_key_for_tokens_vouches_for_no_certificate() -> None:
    world = certificate_world(spiffe(), bundle=bundle(keys=(rsa_key().jwk(use="jwt-svid"),)))
    assert world.detail(LEAF)


def test_B9_an_answer_that_is_no_set_is_refused_and_the_last_good_one_kept() -> None:
    for bad in (b"<html>", b"[]", b'{"keys": [], "keys": []}', b"{}", b"\xff\xfe{}"):
        assert unavailable(certificate_world(spiffe(), bundle=bad))
        world = certificate_world(spiffe(), bundle=bundle(CA))
        world.verify(LEAF)
        world.web.documents[BUNDLE] = bad
        world.clock.advance(601)
        assert world.verify(LEAF).keys_stale


def test_B10_while_a_bundle_endpoint_is_silent_its_authorities_hold_for_max_stale_and_no_longer() -> None:
    world = certificate_world(spiffe(max_stale=3600), bundle=bundle(CA))
    assert not world.verify(LEAF).keys_stale
    del world.web.documents[BUNDLE]
    world.clock.advance(3600)
    assert world.verify(LEAF).keys_stale
    world.clock.advance(1)
    assert unavailable(world)


def test_B10_a_bundle_endpoint_that_never_answered_vouches_for_nobody() -> None:
    assert unavailable(certificate_world(spiffe()))


def test_B13_an_authority_that_left_the_bundle_is_refused_within_ten_minutes_or_at_once_by_a_new_version() -> None:
    world = certificate_world(spiffe(), bundle=bundle(CA))
    world.verify(LEAF)
    world.web.documents[BUNDLE] = bundle(OTHER)
    world.clock.advance(599)
    assert world.verify(LEAF)
    world.directory.current = (spiffe(version=2),)
    assert world.detail(LEAF)


def test_B13_two_authorities_hold_side_by_side_while_one_replaces_the_other() -> None:
    world = certificate_world(spiffe(), bundle=bundle(CA, OTHER))
    assert world.verify(LEAF)
    assert world.verify(OTHER.sign(svid()))


def test_B_a_static_bundle_and_certificates_in_the_document_are_never_fetched() -> None:
    for keys in (IssuerKeys(jwks=bundle(CA)), IssuerKeys(certificates=(CA.pem,))):
        world = certificate_world(spiffe(keys=keys))
        assert world.verify(LEAF)
        assert world.detail(OTHER.sign(svid()))
        assert world.web.fetched == []


def test_fault_F18_a_cold_runtime_works_while_the_bundle_endpoint_is_down() -> None:
    warm = certificate_world(spiffe(), bundle=bundle(CA))
    KeyRefresh(warm.directory, KeySource(warm.web), warm.shared, FakeIssuerKeys(), warm.clock).run()
    cold = CertificateWorld(warm.directory, clock=warm.clock, shared=warm.shared)
    assert cold.verify(LEAF).subject.startswith(TRUST_DOMAIN)
    assert cold.detail(OTHER.sign(svid()))
    assert cold.web.fetched == []


NOTHING_LEFT: dict[str, dict[str, Json]] = {
    "an empty bundle": bundle(),
    "a bundle of keys for another purpose": bundle(keys=(rsa_key().jwk(use="of the future"),)),
    "a bundle whose only authority cannot be used": {"keys": [x509_svid(CA, d="AAAA")]},
}
revoked = pytest.mark.parametrize("left", NOTHING_LEFT.values(), ids=NOTHING_LEFT)


@revoked
def test_fault_F19_an_empty_bundle_revokes_certificates_within_one_refresh(left: dict[str, Json]) -> None:
    world = certificate_world(spiffe(), bundle=bundle(CA))
    world.verify(LEAF)
    world.web.documents[BUNDLE] = left
    world.clock.advance(601)
    assert world.detail(LEAF)
    world.web.documents[BUNDLE] = bundle(CA)
    world.clock.advance(601)
    assert not world.verify(LEAF).keys_stale


@revoked
def test_fault_F19_an_empty_bundle_revokes_jwts_within_one_refresh(left: dict[str, Json]) -> None:
    key = rsa_key()
    web = FakeFetcher({BUNDLE: bundle(keys=(key.jwk(use="jwt-svid"),))})
    world = World(Directory(spiffe()), web, provider=provider_named("spiffe"))
    text = token({"sub": f"{TRUST_DOMAIN}/web", "aud": BRIDGE, "exp": NOW + 3000}, key=key)
    assert world.verify(text).subject
    web.documents[BUNDLE] = left
    world.clock.advance(601)
    with pytest.raises(InvalidRequest) as refused:
        world.verify(text)
    assert refused.value.reason in (Reason.UNKNOWN_KEY, Reason.UNUSABLE_KEY)


def test_fault_F19_a_bundle_that_was_replaced_a_minute_ago_may_be_emptied() -> None:
    world = certificate_world(spiffe(), bundle=bundle(CA))
    world.verify(LEAF)
    for published in (bundle(OTHER), bundle()):
        world.web.documents[BUNDLE] = published
        world.clock.advance(601)
        KeyRefresh(world.directory, KeySource(world.web), world.shared, FakeIssuerKeys(), world.clock).run()
        world.clock.advance(1)
    assert world.detail(OTHER.sign(svid()))


def test_fault_F19_an_empty_bundle_reaches_a_cold_runtime_while_the_endpoint_is_down() -> None:
    warm = certificate_world(spiffe(), bundle=bundle(CA))
    refresh = KeyRefresh(warm.directory, KeySource(warm.web), warm.shared, FakeIssuerKeys(), warm.clock)
    refresh.run()
    warm.web.documents[BUNDLE] = bundle()
    report = refresh.run()
    assert not report.failed
    cold = CertificateWorld(warm.directory, clock=warm.clock, shared=warm.shared)
    assert cold.detail(LEAF)


def test_fault_F19_an_empty_set_of_any_other_issuer_is_a_failure() -> None:
    web = FakeFetcher({JWKS_URI: jwks(rsa_key())})
    world = World(Directory(trusted(keys=IssuerKeys(jwks_uri=JWKS_URI))), web)
    text = token({**claims(), "exp": NOW + 3000})
    assert not world.verify(text).keys_stale
    web.documents[JWKS_URI] = {"keys": []}
    world.clock.advance(601)
    assert world.verify(text).keys_stale
