"""Group B, pushed keys: which sets are taken, and what an admin may do."""

import json

import pytest

from federation.model.json import Json, JsonObject
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.model.trust import Kind
from federation.oauth.errors import TemporarilyUnavailable
from tests.support.admin_world import admin_mapping
from tests.support.dpop import CLIENT, ath, jkt, proof
from tests.support.issuer_world import BRIDGE, NOW, jwks
from tests.support.jose_keys import b64u, ec_key, rsa_key
from tests.support.jose_tokens import signed
from tests.support.push_world import (
    BODY,
    FIRST,
    OF_ACME,
    PATH,
    SECOND,
    STRANGER,
    PushWorld,
    assert_refused,
    reason,
    unknown_key,
)


@pytest.fixture
def world() -> PushWorld:
    return PushWorld()


# The keys


def key_set(*keys: Json) -> Json:
    return {"keys": list(keys)}


BODIES: dict[str, tuple[Json, str]] = {
    "an empty set": (key_set(), "malformed_keys"),
    "no set": ({}, "malformed_keys"),
    "a list": ([], "malformed_keys"),
    "no keys": (key_set(1, "x"), "malformed_keys"),
    "a private key": (key_set(FIRST.jwk(d="AQAB")), "private_keys"),
    "a prime among public keys": (key_set(FIRST.jwk(), SECOND.jwk(p="AQAB")), "private_keys"),
    "a shared secret": (key_set({"kty": "oct", "kid": "mac", "k": "AAAA"}), "private_keys"),
    "a shared secret beside a key": (key_set(FIRST.jwk(), {"kty": "oct", "kid": "mac"}), "private_keys"),
    "a weak key": (key_set(FIRST.jwk(), rsa_key("weak", 1024).jwk()), "unusable_keys"),
    "a key with a tiny exponent": (key_set(FIRST.jwk(e="AQ")), "unusable_keys"),
    "a point off its curve": (key_set(FIRST.jwk(), ec_key().jwk(y=b64u(bytes(32)))), "unusable_keys"),
    "a key for encryption": (key_set(FIRST.jwk(), SECOND.jwk(use="enc")), "unusable_keys"),
    "a key of a SPIFFE trust domain": (key_set(FIRST.jwk(), SECOND.jwk(use="jwt-svid")), "unusable_keys"),
    "a certificate authority": (
        key_set(FIRST.jwk(), {"kty": "RSA", "use": "x509-svid", "x5c": ["AA"]}),
        "unusable_keys",
    ),
    "a key of an unknown kind": (key_set(FIRST.jwk(), {"kty": "LMS", "kid": "x"}), "unusable_keys"),
    "a certificate for a key": (key_set({"kty": "RSA", "kid": "x", "x5c": ["AAAA"]}), "unusable_keys"),
    "no key for the issuer's algorithms": (key_set(ec_key("ec", "P-521").jwk()), "unusable_keys"),
    "twins": (key_set(FIRST.jwk(), SECOND.jwk(kid="first")), "malformed_keys"),
    "keys without names": (key_set(FIRST.public, SECOND.public), "malformed_keys"),
    "too many": (key_set(*(FIRST.jwk(kid=str(number)) for number in range(101))), "malformed_keys"),
}


@pytest.mark.parametrize("case", BODIES)
@pytest.mark.parametrize("pusher", ["issuer", "admin"])
def test_B6_push_every_key_must_be_good_whoever_pushes(world: PushWorld, case: str, pusher: str) -> None:
    document, expected = BODIES[case]
    body = json.dumps(document).encode()
    token = world.admin_token() if pusher == "admin" else world.vouching(body)
    assert_refused(world, world.send(body, token), expected, status=400)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\x00", b"null", b'{"keys":[],"keys":[]}', b"\xff\xfe", b'{"keys":NaN}', b"[" * 1000, BODY + BODY],
)
def test_A8_push_the_body_is_strict_json(world: PushWorld, body: bytes) -> None:
    assert_refused(world, world.send(body, world.vouching(body)), "malformed_keys", status=400)


def test_B9_push_a_body_has_at_most_64_kib(world: PushWorld) -> None:
    largest = BODY.ljust(64 * 1024)
    assert_refused(world, world.send(largest + b" ", world.vouching(largest + b" ")), "body_too_large", status=413)
    assert world.send(largest, world.vouching(largest)).status == 204


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/jwk+json"]
)
def test_G5_push_a_body_says_what_it_is(world: PushWorld, content_type: str) -> None:
    response = world.send(BODY, world.vouching(BODY), headers={"content-type": content_type})
    assert_refused(world, response, "unsupported_keys_type", status=400)


@pytest.mark.parametrize(
    "content_type", ["application/json", "Application/JWK-Set+JSON", "application/json; charset=utf-8"]
)
def test_G5_push_json_is_json(world: PushWorld, content_type: str) -> None:
    assert world.send(BODY, world.vouching(BODY), headers={"content-type": content_type}).status == 204


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"])
def test_G6_push_is_a_post(world: PushWorld, method: str) -> None:
    response = world.send(BODY, world.vouching(BODY), method=method)
    assert_refused(world, response, "method_not_allowed", status=405)
    assert response.headers["allow"] == "POST"


def test_G4_push_a_token_in_the_url_is_refused(world: PushWorld) -> None:
    response = world.send(BODY, None, query=f"access_token={world.vouching(BODY)}")
    assert_refused(world, response, "parameters_in_query", status=400)


@pytest.mark.parametrize("header", ["authorization", "content-type"])
def test_G12_push_a_repeated_header_is_refused(world: PushWorld, header: str) -> None:
    value = {"authorization": f"Bearer {world.vouching(BODY)}", "content-type": "application/json"}[header]
    response = world.send(BODY, world.vouching(BODY), headers={header: f"{value},{value}"})
    assert_refused(world, response, "duplicate_header", status=400)


# Admins


def test_B_push_an_admin_gives_an_issuer_its_first_keys(world: PushWorld) -> None:
    world.write(keys={"pushed": True})
    with pytest.raises(TemporarilyUnavailable, match="issuer_keys_unavailable"):
        world.verify(FIRST)
    assert world.push(FIRST).status == 401
    assert world.admin_push(FIRST).status == 204
    assert world.verify(FIRST).key_id == "first"
    assert world.push(FIRST, SECOND).status == 204


def test_B13_push_an_admin_replaces_keys_that_were_stolen_whoever_holds_them(world: PushWorld) -> None:
    world.push(FIRST, STRANGER)
    assert world.admin_push(SECOND).status == 204
    assert world.push(STRANGER, by=STRANGER).status == 401
    assert world.push(FIRST, by=FIRST).status == 401
    assert world.verify(SECOND).key_id == "second"


def test_B13_push_an_admin_cleans_up_while_the_issuer_is_disabled(world: PushWorld) -> None:
    world.write(enabled=False)
    assert world.admin_push(SECOND).status == 204
    world.write()
    assert world.verify(SECOND).key_id == "second"
    unknown_key(world, FIRST)


ADMINS: dict[str, tuple[dict[str, Json], int, str]] = {
    "for an API": ({"aud": "risk-engine"}, 401, "wrong_audience"),
    "for an API too": ({"aud": ["federation-admin", "risk-engine"]}, 401, "wrong_audience"),
    "that only reads": ({"scope": "trust:read"}, 403, "missing_scope"),
    "with a scope that looks alike": ({"scope": "trust:writer xtrust:write trust:*"}, 403, "missing_scope"),
    "that ended": ({"exp": NOW}, 401, "token_expired"),
    "that is bound to a key": ({"cnf": {"jkt": "x"}}, 401, "bound_token"),
    "whose mapping is gone": ({"fed": {"iss": "corp", "mapping": "gone@1", "decision": "d"}}, 401, "token_revoked"),
    "without scope": ({"scope": None}, 401, "malformed_claims"),
}


@pytest.mark.parametrize("case", ADMINS)
def test_O1_push_only_a_good_admin_token_is_one(world: PushWorld, case: str) -> None:
    changes, status, expected = ADMINS[case]
    assert_refused(world, world.admin_push(SECOND, claims=changes), expected, status)


@pytest.mark.parametrize("owner", ["globex", None])
def test_O2_push_a_tenants_admin_gives_keys_to_the_tenants_issuers_alone(world: PushWorld, owner: str | None) -> None:
    world.write(tenant=owner)
    assert_refused(world, world.admin_push(SECOND, claims=OF_ACME), "no_such_issuer", 404)
    world.write()
    assert world.admin_push(SECOND, claims=OF_ACME).status == 204


def test_O1_push_who_signs_in_our_name_with_another_key_is_no_admin(world: PushWorld) -> None:
    keys = world.trust.load()
    assert keys is not None
    assert keys.active is not None
    claims: dict[str, Json] = {
        "iss": BRIDGE,
        "aud": "federation-admin",
        "scope": "trust:write",
        "sub": "admin/ops",
        "exp": NOW + 60,
    }
    headers: list[JsonObject] = [
        {"alg": "RS256", "kid": keys.active.kid, "typ": "at+jwt"},
        {"alg": "RS256", "kid": "first", "typ": "at+jwt"},
        {"alg": "RS256", "kid": "first", "typ": "JWT"},
    ]
    for header in headers:
        assert world.send(BODY, signed(header, claims, FIRST)).status == 401
    assert world.pushed.kept == {}


def test_B_push_an_admin_is_told_what_is_wrong_with_the_issuer(world: PushWorld) -> None:
    world.write(id="fetched", issuer="https://fetched.example.com", keys={"discovery": True})
    for path, status, expected in (
        ("/issuers/nobody/keys", 404, "no_such_issuer"),
        ("/issuers/fetched/keys", 409, "keys_not_pushed"),
    ):
        response = world.admin_push(SECOND, path=path)
        assert (response.status, reason(response)) == (status, expected)


@pytest.mark.parametrize(
    ("what", "value"),
    [(RevocationTarget.JTI, "leaked"), (RevocationTarget.PRINCIPAL, "admin/ops"), (RevocationTarget.MAPPING, "admins")],
)
def test_O1_push_a_revoked_admin_token_makes_no_identities(
    world: PushWorld, what: RevocationTarget, value: str
) -> None:
    """Who gives keys may be anybody in that cluster from then on."""
    world.state.revoke(Revocation(RevocationKey(what, value), NOW, NOW + 3600, "admin/eve"))
    assert_refused(world, world.admin_push(STRANGER, claims={"jti": "leaked"}), "token_revoked")


def test_O1_push_an_admin_whose_rights_were_taken_back_has_none_here(world: PushWorld) -> None:
    world.people.add(Kind.MAPPING, "admins", admin_mapping("admins", scopes=("trust:read",)))
    assert_refused(world, world.admin_push(SECOND), "missing_scope", 403)


def test_O1_push_an_admins_token_is_bound_to_a_key_and_comes_with_its_proof() -> None:
    world = PushWorld(bearer=False)
    assert_refused(world, world.admin_push(SECOND), "unbound_admin_token")
    token, body = world.admin_token({"cnf": {"jkt": jkt(CLIENT)}}), json.dumps(jwks(SECOND)).encode()
    proven = proof(CLIENT, htu=BRIDGE + PATH, iat=NOW, ath=ath(token), jti="p-1")
    answers = [world.send(body, token, scheme="DPoP", headers={"dpop": proven}) for _ in range(2)]
    assert (answers[0].status, reason(answers[1])) == (204, "proof_replayed")
    assert world.verify(SECOND).key_id == "second"


def test_B_push_an_issuers_own_token_is_no_dpop_token(world: PushWorld) -> None:
    assert_refused(world, world.send(BODY, world.vouching(BODY), scheme="DPoP"), "missing_bearer_token")
