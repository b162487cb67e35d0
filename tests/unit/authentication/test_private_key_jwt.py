"""private_key_jwt: which assertions prove a client. What must be refused by row is in tests/attacks."""

from typing import Any

import pytest

from federation.model.one_time import OneTimeUse, Purpose
from federation.oauth.errors import TemporarilyUnavailable
from tests.support.client_world import GATEWAY, NOW, ClientWorld, assertion, by_key
from tests.support.issuer_world import jwks
from tests.support.jose_keys import ec_key, key_for

JWKS_URI = "https://gateway.acme.example/jwks.json"


@pytest.fixture
def world() -> ClientWorld:
    world = ClientWorld()
    world.register(by_key())
    return world


@pytest.mark.parametrize("alg", ["ES256", "PS256", "EdDSA", "Ed25519"])
def test_an_assertion_by_a_registered_key_proves_the_client_once(alg: str) -> None:
    world, key = ClientWorld(), key_for(alg)
    world.register(by_key(key))
    caller = world.ask(client_assertion=assertion(key, alg), client_id=GATEWAY)
    assert caller.one_time == (OneTimeUse(Purpose.CLIENT_ASSERTION, (GATEWAY, "once-1"), NOW + 70),)
    assert caller.expires_at is None


@pytest.mark.parametrize("typ", ["JWT", "jwt", "client-authentication+jwt"])
def test_the_type_may_be_told(world: ClientWorld, typ: str) -> None:
    assert world.ask(client_assertion=assertion(header={"typ": typ})).client_id == GATEWAY


@pytest.mark.parametrize("changes", [{"iat": None}, {"iat": NOW + 10, "exp": NOW + 310}, {"nbf": NOW + 10}, {"x": 1}])
def test_honest_clocks_and_further_claims_are_borne(world: ClientWorld, changes: dict[str, Any]) -> None:
    assert world.ask(client_assertion=assertion(**changes)).client_id == GATEWAY


@pytest.mark.parametrize("other", [{"use": "jwt-svid"}, {"issuer": "https://idp.example.com"}])
def test_a_key_for_something_else_signs_no_assertion(other: dict[str, str]) -> None:
    world = ClientWorld()
    world.register({"method": "private_key_jwt", "jwks": jwks({**ec_key().jwk(), **other})})
    assert world.refusal(client_assertion=assertion()).startswith("unusable_key")


def test_keys_at_an_address_are_fetched_once_and_new_ones_found() -> None:
    world = ClientWorld()
    world.register({"method": "private_key_jwt", "jwks_uri": JWKS_URI})
    world.web.documents[JWKS_URI] = jwks(ec_key())
    for _ in range(3):
        world.ask(client_assertion=assertion())
    assert world.web.fetched == [JWKS_URI]
    world.web.documents[JWKS_URI] = jwks(ec_key(), ec_key("ec-2"))
    world.clock.advance(61)
    assert world.ask(client_assertion=assertion(ec_key("ec-2"), iat=NOW + 61, exp=NOW + 90)).client_id == GATEWAY


def test_keys_that_cannot_be_fetched_are_no_refusal() -> None:
    world = ClientWorld()
    world.register({"method": "private_key_jwt", "jwks_uri": JWKS_URI})
    with pytest.raises(TemporarilyUnavailable):
        world.ask(client_assertion=assertion())


def test_one_client_is_never_verified_with_the_keys_of_another(world: ClientWorld) -> None:
    world.register(by_key(ec_key("ec-1b")), "globex")
    world.refusal(client_assertion=assertion(ec_key("ec-1b")))
    world.refusal(client_assertion=assertion(iss="globex", sub="globex"))
