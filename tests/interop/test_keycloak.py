"""Keycloak: the traps of its default tokens, its people, and its keys."""

from collections.abc import Iterator

import pytest

from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.verification.discovery import KeysRefused
from federation.verification.held_keys import COOL_DOWN
from tests.interop.support.bridge import US, Document, InteropBridge, bridge_trusting, issuer, mapping
from tests.interop.support.exchanges import Exchanges
from tests.interop.support.keycloak import PORTAL, Keycloak, Realm
from tests.interop.support.real_keys import discovering, key_source, real_world
from tests.support.issuer_world import refusal

SYNC = "billing-sync"
PEOPLE = "https://people.federation.example.com"


def trust(realm: Realm) -> list[Document]:
    """Its service accounts by the client they belong to, and the people who signed in to its portal."""
    return [
        issuer("workers", realm.issuer),
        mapping("workers", "workers", {"azp": "billing-*"}, "partner/keycloak/{azp}"),
        issuer("people", realm.issuer, provider="user", audiences=[PORTAL, PEOPLE]),
        mapping("people", "people", {"azp": PORTAL, "acr": "1"}, "user/keycloak/{sub}"),
    ]


@pytest.fixture(scope="module")
def realm(keycloak: Keycloak) -> Realm:
    return keycloak.steady


@pytest.fixture(scope="module")
def bridge(realm: Realm, exchanges: Exchanges) -> Iterator[InteropBridge]:
    # Keycloak makes a key for an algorithm when it is first needed: before the bridge asks for keys.
    realm.access_token("billing-rfc9068")
    with bridge_trusting(trust(realm), exchanges) as bridge:
        yield bridge


@pytest.mark.parametrize("slot", [TokenType.ACCESS_TOKEN, TokenType.JWT])
def test_the_token_of_a_service_account_is_exchanged(bridge: InteropBridge, realm: Realm, slot: TokenType) -> None:
    token = realm.access_token(SYNC)
    assert (token.header["typ"], token.claims["aud"]) == ("JWT", US)
    assert bridge.principal(token, slot) == f"partner/keycloak/{SYNC}"


def test_the_header_type_of_rfc_9068_fits_the_access_token_slot_alone(bridge: InteropBridge, realm: Realm) -> None:
    token = realm.access_token("billing-rfc9068")
    assert (token.header["typ"], token.header["alg"]) == ("at+jwt", "ES256")
    assert bridge.principal(token) == "partner/keycloak/billing-rfc9068"
    assert bridge.refusal(token, TokenType.JWT) == Reason.WRONG_TOKEN_TYP
    assert bridge.refusal(token, TokenType.ID_TOKEN) == Reason.WRONG_TOKEN_TYP


def test_a_service_account_as_created_is_for_the_account_api(bridge: InteropBridge, realm: Realm) -> None:
    token = realm.access_token("as-created")
    assert token.claims["aud"] == "account"
    assert bridge.refusal(token) == Reason.WRONG_AUDIENCE


def test_an_audience_beside_the_account_api_is_not_enough(bridge: InteropBridge, realm: Realm) -> None:
    token = realm.access_token("with-audience-added")
    assert sorted(token.claims["aud"]) == ["account", US]
    assert bridge.refusal(token) == Reason.WRONG_AUDIENCE


@pytest.mark.parametrize(("name", "slot"), [("id_token", TokenType.ID_TOKEN), ("access_token", TokenType.ACCESS_TOKEN)])
def test_a_person_who_signed_in_is_exchanged(bridge: InteropBridge, realm: Realm, name: str, slot: TokenType) -> None:
    token = realm.by_sign_in(name)
    assert bridge.principal(token, slot) == f"user/keycloak/{token.claims['sub']}"


def test_a_person_whose_password_a_client_sent_did_not_sign_in(bridge: InteropBridge, realm: Realm) -> None:
    token = realm.by_password("id_token")
    assert "auth_time" not in token.claims
    assert bridge.refusal(token, TokenType.ID_TOKEN) == Reason.MALFORMED_CLAIMS


def test_a_refresh_token_is_refused(bridge: InteropBridge, realm: Realm) -> None:
    token = realm.by_sign_in("refresh_token")
    assert token.header["alg"] == "HS512"
    assert bridge.refusal(token) == Reason.WRONG_AUDIENCE


def test_another_realm_of_the_same_server_is_a_stranger(bridge: InteropBridge, keycloak: Keycloak) -> None:
    assert bridge.refusal(keycloak.rotating.access_token(SYNC)) == Reason.UNTRUSTED_ISSUER


def test_the_discovery_document_must_name_the_issuer_exactly(realm: Realm) -> None:
    assert key_source().load(discovering(realm.issuer)).keys.by_kid
    with pytest.raises(KeysRefused, match="another issuer"):
        key_source().load(discovering(f"{realm.issuer}/"))


def test_its_encryption_key_verifies_nothing(realm: Realm) -> None:
    keys = key_source().load(discovering(realm.issuer)).keys
    assert list(keys.unusable.values()) == ["use is not sig"]


def test_keys_are_rotated_and_revoked(keycloak: Keycloak, exchanges: Exchanges) -> None:
    realm = keycloak.rotating
    old = realm.access_token(SYNC)
    world = real_world(realm.issuer)
    world.verify(old.text)
    realm.rotate()
    new = realm.access_token(SYNC)
    assert refusal(world, new.text) is Reason.UNKNOWN_KEY
    world.clock.advance(COOL_DOWN)
    assert world.verify(new.text).key_id == new.header["kid"] != world.verify(old.text).key_id
    realm.revoke()
    with bridge_trusting(trust(realm), exchanges) as bridge:
        assert bridge.principal(new) == f"partner/keycloak/{SYNC}"
        assert bridge.refusal(old) == Reason.UNKNOWN_KEY
