"""Group B, discovery: what an issuer may say about where its keys are."""

import pytest

from federation.model.trust import IssuerKeys
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.held_keys import FRESH
from tests.support.fake_fetcher import FakeFetcher
from tests.support.issuer_online import OLD, UNAVAILABLE, at, old_token
from tests.support.issuer_world import DISCOVERY, IDP, JWKS_URI, World, jwks, trusted, unavailable, world

METADATA = {"issuer": IDP, "jwks_uri": JWKS_URI}


def discovering(metadata: dict[str, str]) -> World:
    web = FakeFetcher({DISCOVERY: metadata, JWKS_URI: jwks(OLD), "https://keys.example.net/jwks": jwks(OLD)})
    return world(trusted(keys=IssuerKeys(discovery=True)), web=web)


def test_B12_discovery_finds_the_keys() -> None:
    w = discovering(METADATA)
    assert w.verify(old_token(w)).key_id == "old"
    assert w.web.fetched == [DISCOVERY, JWKS_URI]


@pytest.mark.parametrize("issuer", [f"{IDP}/", IDP.upper(), "https://idp.example.com:443", "", None, [IDP], 1])
def test_B12_discovery_that_names_another_issuer_is_refused(issuer: str) -> None:
    """Trying again mends nothing, so nobody is told to."""
    w = discovering({**METADATA, "issuer": issuer})
    with pytest.raises(InvalidRequest) as refused:
        w.verify(old_token(w))
    assert refused.value.reason is Reason.ISSUER_MISCONFIGURED
    assert w.web.fetched == [DISCOVERY]
    assert w.alarms == [("idp", "discovery names another issuer")]


@pytest.mark.parametrize(
    "jwks_uri",
    [
        "http://idp.example.com/jwks.json",
        "file:///proc/self/environ",
        "ftp://idp.example.com/jwks.json",
        "data:application/json,{}",
        "//idp.example.com/jwks.json",
        "/jwks.json",
        "http://127.0.0.1:9001/",
        "HTTPS://idp.example.com/jwks.json",
        "https://[",
        "",
        None,
        ["https://idp.example.com/jwks.json"],
    ],
)
def test_B11_discovery_may_name_https_alone(jwks_uri: str) -> None:
    w = discovering({**METADATA, "jwks_uri": jwks_uri})
    assert unavailable(w, old_token(w)) is UNAVAILABLE
    assert w.web.fetched == [DISCOVERY]
    assert len(w.alarms) == 1


@pytest.mark.parametrize("moved", ["https://keys.example.net/jwks", "https://idp.example.com:8443/jwks.json"])
def test_B12_keys_that_move_to_another_host_are_refused(moved: str) -> None:
    w = discovering(METADATA)
    w.verify(old_token(w))
    assert isinstance(w.web, FakeFetcher)
    w.web.documents[DISCOVERY] = {**METADATA, "jwks_uri": moved}
    assert at(w, FRESH).verify(old_token(w)).keys_stale is True
    assert w.web.fetched == [DISCOVERY, JWKS_URI, DISCOVERY]
    assert w.alarms == [("idp", "discovery moved the keys to another host")]


def test_B12_keys_on_a_host_of_their_own_may_stay_there_or_come_home() -> None:
    w = discovering({**METADATA, "jwks_uri": "https://keys.example.net/jwks"})
    w.verify(old_token(w))
    assert at(w, FRESH).verify(old_token(w)).keys_stale is False
    assert isinstance(w.web, FakeFetcher)
    w.web.documents[DISCOVERY] = METADATA
    assert at(w, FRESH).verify(old_token(w)).keys_stale is False
    assert w.alarms == []
