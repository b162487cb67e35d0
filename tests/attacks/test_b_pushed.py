"""Group B, pushed keys: who may say what an issuer's keys are, when nobody can ask the issuer."""

import json

import pytest
from msgspec.structs import replace

from federation.model.json import Json, JsonObject
from federation.model.trust import RateLimit
from federation.oauth.http import HttpResponse
from tests.support.issuer_world import BRIDGE, NOW, jwks
from tests.support.push_world import (
    BODY,
    FIRST,
    ISS,
    PATH,
    SECOND,
    STRANGER,
    THIRD,
    PushWorld,
    assert_refused,
    digest,
    reason,
    unknown_key,
)


@pytest.fixture
def world() -> PushWorld:
    return PushWorld()


# Continuity


def test_B_push_a_key_vouched_for_by_a_trusted_one_is_trusted(world: PushWorld) -> None:
    unknown_key(world, SECOND)
    assert world.push(FIRST, SECOND).status == 204
    assert world.verify(SECOND).key_id == "second"
    assert world.verify(FIRST).key_id == "first"


def test_B_push_the_first_keys_hold_until_others_are_pushed(world: PushWorld) -> None:
    assert world.verify(FIRST).keys_as_of is None
    world.push(SECOND)
    assert world.verify(SECOND).keys_as_of == NOW
    unknown_key(world, FIRST)


def test_B_push_a_chain_of_keys_goes_on_and_never_back(world: PushWorld) -> None:
    world.push(FIRST, SECOND)
    assert world.push(SECOND, THIRD, by=SECOND).status == 204
    response = world.push(FIRST, STRANGER, by=FIRST)
    assert (response.status, reason(response)) == (401, "push_not_authorized")
    assert world.verify(THIRD).key_id == "third"


def test_B_push_a_set_may_drop_the_very_key_that_signed_for_it(world: PushWorld) -> None:
    world.push(FIRST, SECOND)
    assert world.push(SECOND, by=FIRST).status == 204
    unknown_key(world, FIRST)


def test_B_push_a_key_of_nobody_vouches_for_nothing(world: PushWorld) -> None:
    assert_refused(world, world.push(FIRST, STRANGER, by=STRANGER), "push_not_authorized")


def test_B_push_a_key_does_not_vouch_for_itself(world: PushWorld) -> None:
    twin = replace(STRANGER, kid="first")
    assert_refused(world, world.push(twin, by=twin), "push_not_authorized")


def test_B5_push_a_key_of_another_issuer_vouches_for_nothing(world: PushWorld) -> None:
    world.write(id="other", issuer="https://other.example.com", keys={"pushed": True, "jwks": jwks(SECOND)})
    assert_refused(world, world.push(FIRST, SECOND, by=SECOND), "push_not_authorized")


def test_B5_push_nor_of_another_cluster_with_the_same_issuer_string(world: PushWorld) -> None:
    world.write(id="twin", audiences=["https://twin.example.com"], keys={"pushed": True, "jwks": jwks(SECOND)})
    assert_refused(world, world.push(SECOND, by=SECOND), "push_not_authorized")
    token = world.vouching(BODY, SECOND)
    assert world.send(BODY, token, "/issuers/twin/keys").status == 204
    unknown_key(world, SECOND)


# The token


CLAIMS: dict[str, tuple[dict[str, Json], str]] = {
    "of another issuer": ({"iss": "https://other.example.com"}, "untrusted_issuer"),
    "of no issuer": ({"iss": None}, "untrusted_issuer"),
    "for nobody": ({"aud": None}, "wrong_audience"),
    "for somebody else": ({"aud": "https://other.example.com"}, "wrong_audience"),
    "for us and somebody else": ({"aud": [BRIDGE, "https://other.example.com"]}, "wrong_audience"),
    "for the cluster's own API": ({"aud": ISS}, "wrong_audience"),
    "without end": ({"exp": None}, "malformed_claims"),
    "without beginning": ({"iat": None}, "malformed_claims"),
    "of eleven minutes": ({"exp": NOW + 660}, "token_lives_too_long"),
    "of a day that began long ago": ({"iat": NOW - 86400}, "token_lives_too_long"),
    "that ended": ({"iat": NOW - 400, "exp": NOW - 61}, "token_expired"),
    "of tomorrow": ({"iat": NOW + 86400, "exp": NOW + 86700}, "token_not_yet_valid"),
    "without a name": ({"jti": None}, "malformed_claims"),
    "with a number for a name": ({"jti": 1}, "malformed_claims"),
    "bound to nothing": ({"jwks_sha256": None}, "push_not_bound"),
    "bound to another body": ({"jwks_sha256": digest(BODY + b" ")}, "push_not_bound"),
    "bound in hexadecimal": ({"jwks_sha256": "e3b0c44298fc1c149afbf4c8996fb924"}, "push_not_bound"),
    "bound with padding": ({"jwks_sha256": digest(BODY) + "="}, "push_not_bound"),
    "bound to several": ({"jwks_sha256": [digest(BODY)]}, "push_not_bound"),
}


@pytest.mark.parametrize("case", CLAIMS)
def test_B_push_the_token_must_say_exactly_this(world: PushWorld, case: str) -> None:
    changes, expected = CLAIMS[case]
    assert_refused(world, world.send(BODY, world.vouching(BODY, changes=changes)), expected)


HEADERS: dict[str, JsonObject] = {
    "no typ": {"alg": "RS256", "kid": "first"},
    "an access token": {"alg": "RS256", "kid": "first", "typ": "at+jwt"},
    "a DPoP proof": {"alg": "RS256", "kid": "first", "typ": "dpop+jwt"},
    "no algorithm": {"alg": "none", "kid": "first", "typ": "JWT"},
    "a MAC": {"alg": "HS256", "kid": "first", "typ": "JWT"},
    "an algorithm that the issuer does not use": {"alg": "RS512", "kid": "first", "typ": "JWT"},
    "a key that is not there": {"alg": "RS256", "kid": "second", "typ": "JWT"},
}


@pytest.mark.parametrize("case", HEADERS)
def test_B_push_before_its_signature_is_verified_a_token_learns_nothing(world: PushWorld, case: str) -> None:
    assert_refused(world, world.send(BODY, world.vouching(BODY, header=HEADERS[case])), "push_not_authorized")


@pytest.mark.parametrize(("typ"), ["JWT", "jwt", "application/jwt"])
def test_B_push_typ_is_a_media_type(world: PushWorld, typ: str) -> None:
    header = {"alg": "RS256", "kid": "first", "typ": typ}
    assert world.send(BODY, world.vouching(BODY, header=header)).status == 204


def test_B_push_a_token_lives_no_longer_than_any_of_its_issuer(world: PushWorld) -> None:
    world.write(max_token_age="4m")
    assert_refused(world, world.push(FIRST, SECOND), "token_lives_too_long")


def test_B6_push_a_key_that_is_for_others_tokens_vouches_for_nothing(world: PushWorld) -> None:
    for members in ({"use": "jwt-svid"}, {"issuer": ISS}):
        world.write(keys={"pushed": True, "jwks": jwks(FIRST.jwk(**members))})
        assert world.push(FIRST, SECOND).status == 401
    assert world.pushed.kept == {}


def test_B_push_a_body_that_was_exchanged_on_the_way_is_refused(world: PushWorld) -> None:
    token = world.vouching(BODY)
    assert_refused(world, world.send(json.dumps(jwks(FIRST, STRANGER)).encode(), token), "push_not_bound")


def test_B_push_a_token_is_used_once(world: PushWorld) -> None:
    token = world.vouching(BODY)
    assert world.send(BODY, token).status == 204
    assert world.push(FIRST, SECOND, THIRD).status == 204
    response = world.send(BODY, token)
    assert (response.status, reason(response)) == (401, "token_replayed")
    assert world.verify(THIRD).key_id == "third"


def test_B_push_a_refused_push_does_not_spend_its_token(world: PushWorld) -> None:
    body = json.dumps(jwks(FIRST.jwk(d="AQAB"))).encode()
    token = world.vouching(body)
    assert reason(world.send(body, token)) == "private_keys"
    assert world.ledger.claims == {}


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.", "e30.e30.AA", "A" * 20_000])
def test_B_push_what_is_no_token_costs_no_read(world: PushWorld, token: str) -> None:
    response = world.send(BODY, token)
    assert (response.status, response.headers["www-authenticate"]) == (
        401,
        'Bearer realm="federation-bridge", error="invalid_token"',
    )
    assert (world.pushed.loads, len(world.log.entries)) == (0, 1)


@pytest.mark.parametrize("authorization", ["", "Basic YTpi", "Bearer", "Bearer ", "Bearer a b", "DPoP a b", "a.b.c"])
def test_B_push_without_a_bearer_token_there_is_a_challenge(world: PushWorld, authorization: str) -> None:
    response = world.send(BODY, None, headers={"authorization": authorization})
    assert_refused(world, response, "missing_bearer_token")
    assert response.headers["www-authenticate"] == 'Bearer realm="federation-bridge"'


# Which issuers there are is nobody's business


def anonymous(response: HttpResponse) -> tuple[int, dict[str, str], dict[str, object]]:
    """An answer without what differs from request to request."""
    members = json.loads(response.body)
    del members["correlation_id"]
    headers = {name: value for name, value in response.headers.items() if name != "x-correlation-id"}
    return response.status, headers, members


def test_B_push_an_issuer_that_is_not_there_looks_like_one_that_is(world: PushWorld) -> None:
    world.write(id="fetched", issuer="https://fetched.example.com", keys={"discovery": True})
    world.write(id="disabled", issuer="https://disabled.example.com", enabled=False)
    world.write(id="waiting", issuer="https://waiting.example.com", keys={"pushed": True})
    bad = world.vouching(BODY, STRANGER)
    expected = anonymous(world.send(BODY, bad))
    ids = ("nobody", "fetched", "disabled", "waiting", "UPPER", "", "a/b", "..", "a" * 200, "\u00e9")
    for id_ in ids:
        assert anonymous(world.send(BODY, bad, f"/issuers/{id_}/keys")) == expected
    assert world.pushed.kept == {}


def test_Q1_a_flood_of_tokens_that_prove_nothing_asks_no_store_beyond_its_rate() -> None:
    world = PushWorld(address_rate=RateLimit(1, 3))
    answers = [world.push(SECOND, by=STRANGER, jti=f"p-{number}") for number in range(20)]
    assert [answer.status for answer in answers] == [401] * 3 + [429] * 17
    assert int(answers[-1].headers["retry-after"]) >= 1
    loads = world.pushed.loads
    world.push(SECOND, by=STRANGER)
    assert world.pushed.loads == loads


def test_B_push_every_id_costs_the_same_reads(world: PushWorld) -> None:
    loads = []
    for path in (PATH, "/issuers/nobody/keys"):
        before = world.pushed.loads
        world.send(BODY, world.vouching(BODY, STRANGER), path)
        loads.append(world.pushed.loads - before)
    assert loads == [1, 1]


def test_B_push_a_disabled_issuer_pushes_nothing(world: PushWorld) -> None:
    world.write(enabled=False)
    assert_refused(world, world.push(FIRST, SECOND), "push_not_authorized")


def test_B_push_an_issuer_whose_keys_are_fetched_pushes_nothing(world: PushWorld) -> None:
    world.write(keys={"jwks": jwks(FIRST)})
    assert_refused(world, world.push(FIRST, SECOND), "push_not_authorized")
    assert world.log.entries[0]["detail"] == "no enabled issuer of that id pushes its keys"
