"""Group B, pushed keys: who may say what an issuer's keys are, when nobody can ask the issuer."""

import json
from dataclasses import replace

import pytest

from federation.model.issuer_keys import IssuerKeySet, KeptKeys
from federation.model.json import Json, JsonObject
from federation.model.trust import DocumentRef, Kind
from federation.oauth.errors import InvalidRequest, TemporarilyUnavailable
from federation.oauth.http import HttpResponse
from federation.ports import VersionConflict
from federation.verification.held_keys import BETWEEN_REPLACEMENTS, COOL_DOWN_WITHOUT_KEYS, FRESH, MAX_STALE
from tests.support.fake_issuer_keys import FakeIssuerKeys
from tests.support.issuer_world import BRIDGE, NOW, jwks
from tests.support.jose_keys import JoseKey, b64u, ec_key, rsa_key
from tests.support.jose_tokens import signed
from tests.support.push_world import FIRST, ID, ISS, PATH, SECOND, THIRD, PushWorld, digest, reason

BODY = json.dumps(jwks(FIRST, SECOND)).encode()
STRANGER = rsa_key("stranger")


@pytest.fixture
def world() -> PushWorld:
    return PushWorld()


def assert_refused(world: PushWorld, response: HttpResponse, expected: str, status: int = 401) -> None:
    """Said with its reason and recorded once; nothing was kept, spent or recorded as accepted."""
    assert (response.status, reason(response)) == (status, expected)
    assert [entry["reason"] for entry in world.log.entries] == [expected]
    assert (world.pushed.kept, world.ledger.claims, world.ledger.records) == ({}, {}, {})


def unknown_key(world: PushWorld, key: JoseKey) -> None:
    with pytest.raises(InvalidRequest, match="unknown_key"):
        world.verify(key)


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


@pytest.mark.parametrize("authorization", ["", "Basic YTpi", "Bearer", "Bearer ", "Bearer a b", "DPoP a.b.c", "a.b.c"])
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
    "that is bound to a key": ({"cnf": {"jkt": "x"}}, 401, "wrong_token_typ"),
    "without scope": ({"scope": None}, 401, "malformed_claims"),
}


@pytest.mark.parametrize("case", ADMINS)
def test_O1_push_only_a_good_admin_token_is_one(world: PushWorld, case: str) -> None:
    changes, status, expected = ADMINS[case]
    assert_refused(world, world.admin_push(SECOND, claims=changes), expected, status)


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
    assert world.forgotten == 2, "the document may have been written a moment ago"


# What is trusted, and until when


def test_B13_push_edits_of_the_document_leave_pushed_keys_but_for_its_anchors(world: PushWorld) -> None:
    world.push(SECOND)
    world.write(description="another", max_token_age="2h", audiences=[BRIDGE])
    assert world.verify(SECOND).key_id == "second"
    for anchors in (
        {"tenant": "globex"},
        {"issuer": "https://other.example.com"},
        {"keys": {"pushed": True, "jwks": jwks(THIRD)}},
        {"keys": {"pushed": True}},
    ):
        world.write(**anchors)
        with pytest.raises((InvalidRequest, TemporarilyUnavailable)):
            world.verify(SECOND)
        assert world.push(SECOND, by=SECOND).status == 401
        world.write()
        assert world.verify(SECOND).key_id == "second"


def test_B13_push_a_document_that_was_deleted_takes_its_keys_along(world: PushWorld) -> None:
    world.push(SECOND)
    world.trust.delete(DocumentRef(Kind.ISSUER, ID), 1)
    world.write()
    unknown_key(world, SECOND)
    assert world.verify(FIRST).key_id == "first"
    assert world.push(FIRST, SECOND, by=SECOND).status == 401


def test_B13_push_keys_that_were_dropped_end_within_ten_minutes_everywhere(world: PushWorld) -> None:
    warm = world.cold()
    world.verify(FIRST, warm)
    world.push(SECOND)
    assert world.at(FRESH - 1).verify(FIRST, warm).key_id == "first"
    world.at(1)
    with pytest.raises(InvalidRequest, match="unknown_key"):
        world.verify(FIRST, warm)


def test_B13_push_and_at_once_where_the_document_is_written_again(world: PushWorld) -> None:
    warm = world.cold()
    world.verify(FIRST, warm)
    world.push(SECOND)
    world.write(description="evict")
    with pytest.raises(InvalidRequest, match="unknown_key"):
        world.verify(FIRST, warm)


def test_B1_push_a_new_key_is_looked_for_soon_and_not_for_every_token(world: PushWorld) -> None:
    warm = world.cold()
    world.verify(FIRST, warm)
    loads = world.pushed.loads
    world.push(FIRST, SECOND)
    loads = world.pushed.loads
    for _ in range(50):
        with pytest.raises(InvalidRequest, match="unknown_key"):
            world.verify(SECOND, warm)
    assert world.pushed.loads == loads
    assert world.at(COOL_DOWN_WITHOUT_KEYS).verify(SECOND, warm).key_id == "second"


def test_fault_F17_push_while_the_store_is_down_known_keys_hold(world: PushWorld) -> None:
    warm = world.cold()
    world.verify(FIRST, warm)
    world.pushed.failing = True
    assert world.at(MAX_STALE).verify(FIRST, warm).keys_stale is True
    world.at(1)
    with pytest.raises(TemporarilyUnavailable, match="issuer_keys_unavailable"):
        world.verify(FIRST, warm)
    assert world.web.fetched == []


def test_fault_F18_push_altered_keys_are_none_and_an_admin_mends_them(world: PushWorld) -> None:
    world.push(SECOND)
    world.pushed.kept[ID] = KeptKeys(None, "altered")
    assert world.verify(FIRST).key_id == "first"
    assert world.admin_push(THIRD).status == 204
    assert world.verify(THIRD).key_id == "third"


def test_fault_F18_push_nor_does_a_set_that_nobody_can_read_lock_an_admin_out(world: PushWorld) -> None:
    world.push(SECOND)
    keys = world.kept().keys
    assert keys is not None
    world.pushed.kept[ID] = KeptKeys(replace(keys, jwks="{"), "unreadable")
    with pytest.raises(TemporarilyUnavailable):
        world.verify(FIRST)
    assert world.push(FIRST).status == 401
    assert world.admin_push(THIRD).status == 204


# F19: all keys at once


def test_fault_F19_push_all_keys_at_once_are_accepted_and_reported(world: PushWorld) -> None:
    assert world.push(SECOND).status == 204
    assert world.alarms == [(ID, "a push replaced all keys at once")]


def test_fault_F19_push_but_not_twice_within_ten_minutes(world: PushWorld) -> None:
    world.push(SECOND)
    response = world.at(BETWEEN_REPLACEMENTS - 1).push(THIRD, by=SECOND)
    assert (response.status, reason(response)) == (429, "keys_replaced_too_often")
    assert response.headers["retry-after"] == "2"
    assert world.push(SECOND, THIRD, by=SECOND).status == 204
    assert world.push(FIRST, THIRD, by=SECOND).status == 204
    assert world.at(1).push(SECOND, by=THIRD).status == 204


def test_fault_F19_push_an_admin_need_not_wait(world: PushWorld) -> None:
    world.push(SECOND)
    assert world.admin_push(THIRD).status == 204
    assert world.verify(THIRD).key_id == "third"


def test_fault_F19_push_stale_pushes_raise_the_metric_and_serve_on(world: PushWorld) -> None:
    world.push(FIRST, SECOND)
    month = 30 * 24 * 3600
    assert world.at(month).refresh().stale == ()
    assert world.at(1).refresh().stale == (ID,)
    assert world.verify(SECOND).key_id == "second"
    world.push(FIRST, SECOND)
    assert world.refresh().stale == ()


# Races and failures


class Raced(FakeIssuerKeys):
    """Between whoever looks and whoever writes, somebody else writes `rival`."""

    def __init__(self, rival: IssuerKeySet | None) -> None:
        super().__init__()
        self.rival = rival

    def save(self, keys: IssuerKeySet, tag: str) -> None:
        rival, self.rival = self.rival or keys, None
        super().save(rival, tag)
        raise VersionConflict(keys.issuer)


def raced(rival: IssuerKeySet | None) -> PushWorld:
    return PushWorld(pushed=Raced(rival))


def test_B13_push_whoever_was_quicker_is_not_overwritten() -> None:
    rival = IssuerKeySet(ID, "anchor of another push", "{}", NOW)
    world = raced(rival)
    response = world.push(FIRST, SECOND)
    assert (response.status, reason(response)) == (503, "trust_changed")
    assert world.kept().keys == rival
    assert list(world.ledger.discarded.values()) == ["trust_changed"]
    assert world.ledger.claims == {}


def test_fault_F8_push_whose_answer_was_lost_is_known_for_our_own() -> None:
    world = raced(None)
    assert world.push(FIRST, SECOND).status == 204
    assert world.verify(SECOND).key_id == "second"
    assert world.ledger.discarded == {}


def test_B13_push_a_document_that_changed_meanwhile_is_looked_at_again(world: PushWorld) -> None:
    stale = world.trust.issuers()
    world.write(enabled=False)
    world.endpoint = replace(world.endpoint, push=replace(world.push_keys(), issuers=lambda: stale))
    response = world.push(FIRST, SECOND)
    assert (response.status, reason(response)) == (503, "trust_changed")
    assert (world.forgotten, world.pushed.kept, world.ledger.records) == (1, {}, {})


def test_P1_push_without_a_record_nothing_is_trusted(world: PushWorld) -> None:
    world.ledger.failing = True
    response = world.push(FIRST, SECOND)
    assert (response.status, reason(response)) == (503, "audit_unavailable")
    assert world.pushed.kept == {}


def test_P1_push_a_refusal_that_cannot_be_recorded_is_none(world: PushWorld) -> None:
    world.log.failing = True
    assert reason(world.push(SECOND, by=STRANGER)) == "audit_unavailable"


def test_push_while_the_store_is_down_is_unavailable_for_every_id(world: PushWorld) -> None:
    world.pushed.failing = True
    for path in (PATH, "/issuers/nobody/keys"):
        assert reason(world.send(BODY, world.vouching(BODY), path)) == "store_unavailable"


# The record


def test_B_push_the_record_says_who_and_which_keys(world: PushWorld) -> None:
    world.push(FIRST, SECOND)
    (entry,) = world.ledger.records.values()
    expected = {
        "operation": "push_keys",
        "outcome": "keys_pushed",
        "issuer": ID,
        "issuer_version": 1,
        "pushed_by": "issuer",
        "token_jti": "push-1",
        "keys_replaced": False,
        "keys_dropped": [],
    }
    assert expected.items() <= entry.items()
    keys = entry["keys"]
    assert isinstance(keys, list)
    assert [key["kid"] for key in keys] == ["first", "second"]
    assert entry["keys_added"] == [keys[1]["thumbprint"]]
    assert entry["signed_by"] == keys[0]["thumbprint"]


def test_B_push_the_record_names_the_admin(world: PushWorld) -> None:
    fed = {"iss": "corp", "mapping": "admins@1", "actor": "helpers@1", "decision": "d"}
    world.admin_push(SECOND, claims={"jti": "token-of-an-admin", "act": {"sub": "agent/helper"}, "fed": fed})
    (entry,) = world.ledger.records.values()
    assert (entry["pushed_by"], entry["principal"], entry["token_jti"]) == ("admin", "admin/ops", "token-of-an-admin")
    assert entry["token_act"] == {"sub": "agent/helper"}
    assert entry["keys_replaced"] is True


def test_P3_push_neither_token_nor_private_key_is_ever_written(world: PushWorld) -> None:
    body = json.dumps(jwks(FIRST.jwk(d="canary-of-a-private-key"))).encode()
    tokens = [world.vouching(body), world.vouching(body, STRANGER), world.admin_token()]
    for token in tokens:
        assert "canary" not in world.send(body, token).body.decode()
    written = json.dumps([world.log.entries, list(world.ledger.records.values())])
    assert "canary" not in written
    assert not [part for token in tokens for part in token.split(".")[1:] if part in written]
