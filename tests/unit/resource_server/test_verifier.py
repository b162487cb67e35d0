from typing import Any

import pytest
from msgspec.structs import replace

from federation.model.json import Json
from federation.model.status_list import SPAN, list_path
from federation.oauth.errors import InvalidToken, TemporarilyUnavailable
from federation.oauth.metadata import JWKS_PATH
from federation.oauth.reasons import Reason
from federation.status.publication import LIFETIME, TTL
from tests.support.issued_world import BRIDGE, NOW, USUAL, claims_of, made_from
from tests.support.jose_keys import ec_key, rsa_key
from tests.support.jose_tokens import signed
from tests.support.verifying_service import Service


@pytest.fixture
def service() -> Service:
    return Service()


def test_a_good_token_is_what_it_says(service: Service) -> None:
    claims = service.accepts(service.world.token(jti="leaf"))
    assert (claims["sub"], claims["scope"], claims["jti"]) == (USUAL.principal, "risk:read", "leaf")


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (made_from(audiences=("other",)), Reason.WRONG_AUDIENCE),
        (made_from(issued_at=NOW - 400, expires_at=NOW - 5), Reason.TOKEN_EXPIRED),
        (made_from(issued_at=NOW + 6), Reason.TOKEN_NOT_YET_VALID),
    ],
)
def test_a_token_for_others_or_for_another_time_is_refused(service: Service, token: Any, reason: Reason) -> None:  # noqa: ANN401
    refusal = service.refusal(service.world.token(token))
    assert (type(refusal), refusal.reason) == (InvalidToken, reason)


@pytest.mark.parametrize("typ", ["JWT", "token-introspection+jwt", "statuslist+jwt", "dpop+jwt"])
def test_other_jwts_of_the_bridge_are_no_access_tokens(service: Service, typ: str) -> None:
    text = service.world.sign(claims_of(service.world.token()), typ)
    assert service.refusal(text).reason is Reason.WRONG_TOKEN_TYP


@pytest.mark.parametrize("missing", ["iss", "sub", "aud", "exp", "iat", "jti", "client_id", "status"])
def test_what_is_missing_is_refused(service: Service, missing: str) -> None:
    claims = claims_of(service.world.token())
    del claims[missing]
    assert isinstance(service.refusal(service.world.sign(claims)), InvalidToken)


def test_another_bridge_is_not_ours(service: Service) -> None:
    claims = claims_of(service.world.token()) | {"iss": "https://other.example.com"}
    assert service.refusal(service.world.sign(claims)).reason is Reason.UNTRUSTED_ISSUER


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256"])
def test_a_strangers_key_is_refused(service: Service, alg: str) -> None:
    key = rsa_key("stranger") if alg != "ES256" else ec_key("stranger")
    ours = service.world.trust.load()
    assert ours is not None
    for kid, reason in ((key.kid, Reason.UNKNOWN_KEY), (ours.keys[0].kid, None)):
        header: dict[str, Json] = {"alg": alg, "kid": kid, "typ": "at+jwt"}
        refusal = service.refusal(signed(header, claims_of(service.world.token()), key, alg))
        assert isinstance(refusal, InvalidToken)
        assert reason is None or refusal.reason is reason


@pytest.mark.parametrize("text", ["", "junk", "a.b.c", "\u00e9.b.c", "a.b.c.d"])
def test_junk_is_refused_and_nothing_is_fetched(service: Service, text: str) -> None:
    assert isinstance(service.refusal(text), InvalidToken)
    assert service.fetched == []


def test_a_flood_of_unknown_keys_is_one_look(service: Service) -> None:
    token = service.world.token()
    service.accepts(token)
    for number in range(20):
        header: dict[str, Json] = {"alg": "RS256", "kid": f"k{number}", "typ": "at+jwt"}
        service.refusal(signed(header, {}, rsa_key("stranger")))
    assert service.fetched.count(JWKS_PATH) == 1


# What was revoked


def test_a_revoked_token_and_its_descendants_are_refused_within_the_lists_ttl(service: Service) -> None:
    root = service.world.token(jti="root")
    leaf, other = service.world.token(made_from("root"), "leaf"), service.world.token(jti="other")
    service.accepts(leaf)
    service.world.revoke(root)
    service.world.status.run()
    service.world.clock.advance(TTL)
    for token in (root, leaf):
        assert service.refusal(token).reason is Reason.TOKEN_REVOKED
    service.accepts(other)


def test_a_list_is_fetched_once_in_the_time_that_it_allows(service: Service) -> None:
    token = service.world.token()
    for _ in range(5):
        service.accepts(token)
        service.world.clock.advance(1)
    assert service.fetched.count(list_path(USUAL.expires_at // SPAN)) == 1
    service.accepts(token)
    assert service.fetched.count(list_path(USUAL.expires_at // SPAN)) == 2


@pytest.mark.parametrize("damage", ["missing", "another hour", "not signed", "an access token"])
def test_M12_without_a_list_nothing_is_accepted(service: Service, damage: str) -> None:
    token, path = service.world.token(), list_path(USUAL.expires_at // SPAN)
    documents = service.world.publisher.documents
    document, later = documents.pop(path), documents[list_path(USUAL.expires_at // SPAN + 1)]
    bodies = {"another hour": later.body, "not signed": document.body[:-8], "an access token": token.encode()}
    if damage in bodies:
        documents[path] = replace(document, body=bodies[damage])
    refusal = service.refusal(token)
    assert (type(refusal), refusal.reason) == (TemporarilyUnavailable, Reason.STATUS_UNAVAILABLE)


def test_an_expired_list_is_not_believed(service: Service) -> None:
    service.world.clock.advance(LIFETIME + 6)
    later = service.world.token(made_from(issued_at=NOW + LIFETIME, expires_at=NOW + LIFETIME + 300))
    assert service.refusal(later).reason is Reason.STATUS_UNAVAILABLE


@pytest.mark.parametrize(("max_stale", "accepted"), [(0.0, TTL), (60.0, TTL + 60), (10.0 * LIFETIME, LIFETIME)])
def test_how_long_an_old_list_may_stand_in_is_the_services_choice(max_stale: float, accepted: int) -> None:
    service = Service(max_stale=max_stale)
    token = service.world.token(made_from(expires_at=NOW + 2 * LIFETIME))
    service.accepts(token)
    service.down = True
    service.world.clock.advance(accepted - 1)
    service.accepts(token)
    service.world.clock.advance(1)
    assert service.refusal(token).reason is Reason.STATUS_UNAVAILABLE


@pytest.mark.parametrize(
    "status",
    [
        None,
        {},
        {"status_list": {}},
        {"status_list": {"idx": -1, "uri": BRIDGE + list_path(1)}},
        {"status_list": {"idx": 2**23, "uri": BRIDGE + list_path(1)}},
        {"status_list": {"idx": True, "uri": BRIDGE + list_path(1)}},
        {"status_list": {"idx": 1, "uri": "https://other.example.com/.well-known/status-list-1"}},
    ],
)
def test_a_place_that_is_none_is_refused_and_nothing_foreign_is_fetched(service: Service, status: Json) -> None:
    text = service.world.sign(claims_of(service.world.token()) | {"status": status})
    assert isinstance(service.refusal(text), InvalidToken)
    assert service.fetched == [JWKS_PATH]


def test_while_no_key_was_ever_read_nothing_is_accepted(service: Service) -> None:
    service.down = True
    assert isinstance(service.refusal(service.world.token()), TemporarilyUnavailable)


def test_keys_of_before_hold_on_while_the_bridge_cannot_be_reached() -> None:
    service = Service(max_stale=600.0)
    token = service.world.token(made_from(expires_at=NOW + 900))
    service.accepts(token)
    service.down = True
    service.world.clock.advance(301)
    service.accepts(token)
