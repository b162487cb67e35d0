import pytest

from federation.model.trust import IssuerKeys
from federation.verification.algorithms import ALGORITHMS
from federation.verification.discovery import KeySource
from federation.verification.key_cache import KeyCache
from tests.support.fake_clock import FixedClock
from tests.support.fake_fetcher import FakeFetcher
from tests.support.issuer_world import JWKS_URI, jwks, token, trusted, unavailable, world
from tests.support.jose_keys import rsa_key

RS256 = ALGORITHMS["RS256"]


def test_keys_in_the_document_cost_no_fetch_and_are_read_once_per_version() -> None:
    web = FakeFetcher()
    cache = KeyCache(KeySource(web), FixedClock())
    first, again = (cache.resolve(trusted(), "rsa-1", RS256) for _ in range(2))
    assert first.key is again.key
    assert cache.resolve(trusted(version=2), "rsa-1", RS256).key is not first.key
    assert web.fetched == []


def test_an_issuer_without_a_source_of_keys_has_none() -> None:
    w = world(trusted(keys=IssuerKeys()))
    assert unavailable(w, token())
    assert w.alarms == [("idp", "the issuer has no source of keys")]


def test_keys_in_the_document_that_cannot_be_read_are_reported_once() -> None:
    w = world(trusted(rsa_key(), {"kty": "oct", "k": "AAAA"}))
    for _ in range(3):
        assert unavailable(w, token())
    assert w.alarms == [("idp", "oct beside asymmetric keys")]


def test_evicting_what_is_not_there_is_no_error() -> None:
    KeyCache(KeySource(FakeFetcher()), FixedClock()).evict("nobody")


def test_the_least_used_issuer_leaves_first() -> None:
    web = FakeFetcher({JWKS_URI: jwks(rsa_key())})
    cache = KeyCache(KeySource(web), FixedClock(), capacity=2)
    a, b, c = (trusted(id=name, keys=IssuerKeys(jwks_uri=JWKS_URI)) for name in "abc")
    for issuer, fetches in ((a, 1), (b, 2), (a, 2), (c, 3), (a, 3), (b, 4)):
        cache.resolve(issuer, "rsa-1", RS256)
        assert len(web.fetched) == fetches


def test_by_default_an_alarm_is_a_warning_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    cache = KeyCache(KeySource(FakeFetcher()), FixedClock())
    cache.resolve(trusted(rsa_key(), rsa_key("leaked").jwk(d="AQAB")), "rsa-1", RS256)
    assert caplog.messages == ["issuer keys: idp: the issuer publishes private key members"]
