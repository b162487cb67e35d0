"""The pipeline as a whole: what leaves, what is recorded, and what an admin's edit does to the next exchange."""

from collections.abc import Iterator

import jwt
import pytest
from msgspec.structs import replace

from federation.model.trust import DocumentRef, Kind, Selector
from federation.oauth.http import HttpRequest
from federation.oauth.metadata import JWKS_PATH
from federation.trust.memory import FRESH, LOOKS
from tests.support.exchange_world import (
    AUDIENCE,
    BRIDGE,
    ISSUER,
    MAPPING,
    Bridge,
    body,
    bridge,
    reason,
    subject_token,
)

SUB = Selector("sub", "worker")


@pytest.fixture
def world() -> Iterator[Bridge]:
    with bridge() as made:
        yield made


def test_a_foreign_token_becomes_one_of_ours(world: Bridge) -> None:
    answer = body(world.post(scope="risk:write"))
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 300, "risk:write")
    key = jwt.PyJWKSet.from_json(world.publisher.documents[JWKS_PATH].body.decode()).keys[0]
    options = jwt.types.Options(verify_exp=False, verify_iat=False)
    claims = jwt.decode(answer["access_token"], key, ["RS256"], options, audience="risk-engine", issuer=BRIDGE)
    assert (claims["sub"], claims["txn"]) == ("partner/acme/sync", "c-1")


def test_an_issued_token_has_one_durable_record_and_no_refusal(world: Bridge) -> None:
    world.post()
    (record,) = world.ledger.records.values()
    assert (record["principal"], record["issuer"], record["txn"]) == ("partner/acme/sync", "acme", "c-1")
    assert record["documents"] == {
        "Issuer/acme": 1,
        "Mapping/acme-sync": 1,
        "Audience/risk-engine": 1,
        "PolicySet/policies": 0,
        "PolicySet/tenant/acme": 0,
    }
    assert world.log.entries == []


def test_a_refusal_has_one_record_and_touches_nothing_else(world: Bridge) -> None:
    response = world.post(subject_token(sub="stranger"))
    assert (response.status, reason(response)) == (400, "no_mapping")
    assert len(world.log.entries) == 1
    assert world.ledger.records == {}
    assert world.signer.signed == []


def test_a_warm_exchange_reads_no_document(world: Bridge) -> None:
    world.post()
    before = world.trust.reads
    world.post()
    assert world.trust.reads - before == 1  # the commit's look at the versions


@pytest.mark.parametrize("token", ["garbage", "a.b.c", subject_token()[:-8] + "AAAAAAAA"])
def test_a_bad_token_costs_no_call(world: Bridge, token: str) -> None:
    world.post()
    before = world.trust.reads
    assert world.post(token).status == 400
    assert world.trust.reads == before
    assert len(world.signer.signed) == 1


def test_an_unknown_issuer_is_asked_for_nothing(world: Bridge) -> None:
    assert world.post(subject_token(iss="https://stranger.example.com")).status == 400
    assert world.web.fetched == []


def test_a_flood_of_unknown_issuers_costs_a_few_reads_a_second(world: Bridge) -> None:
    stranger = subject_token(iss="https://stranger.example.com")
    world.post()
    before = world.trust.reads
    for quarters in range(4):
        for _ in range(50):
            assert world.post(stranger).status == 400
        assert world.trust.reads == before + quarters + 1
        world.clock.advance(FRESH)


def test_a_new_issuer_holds_as_soon_as_somebody_looks(world: Bridge) -> None:
    token = subject_token(iss="https://new.example.com")
    assert reason(world.post(token)) == "untrusted_issuer"
    world.write({**ISSUER, "id": "new", "issuer": "https://new.example.com"})
    world.clock.advance(FRESH)
    assert reason(world.post(token)) == "no_mapping"
    world.write({**MAPPING, "id": "new-sync", "issuer": "new"}, Selector("sub", "worker"))
    assert world.post(token).status == 200


def test_refusals_of_the_proven_cost_a_look_each_but_not_for_ever(world: Bridge) -> None:
    world.post()
    before = world.trust.reads
    for _ in range(LOOKS + 30):
        assert reason(world.post(audience="ledger")) == "target_not_granted"
    assert world.trust.reads == before + LOOKS + 1  # and the one that found no such audience


def test_a_new_target_holds_from_the_very_next_exchange(world: Bridge) -> None:
    assert reason(world.post(audience="ledger")) == "target_not_granted"
    world.write({**AUDIENCE, "id": "ledger"})
    grants = [*MAPPING["grants"], {"audience": "ledger", "scopes": ["risk:read"]}]  # type: ignore[misc]
    world.write({**MAPPING, "grants": grants}, Selector("sub", "worker"))
    assert world.post(audience="ledger").status == 200


def test_a_second_mapping_that_fits_as_well_refuses_the_very_next_exchange(world: Bridge) -> None:
    """Nothing that decided before was changed: what was not there decides now."""
    assert world.post().status == 200
    world.write({**MAPPING, "id": "twin"}, Selector("sub", "worker"))
    assert reason(world.post()) == "ambiguous_mapping"


def test_whoever_keeps_editing_stops_nobody(world: Bridge) -> None:
    assert world.post().status == 200
    world.state.meanwhile = lambda: world.write({**AUDIENCE, "id": "unrelated"})
    assert world.post().status == 200


def test_c11_a_disabled_issuer_is_refused_by_the_very_next_exchange(world: Bridge) -> None:
    assert world.post().status == 200
    world.write({**ISSUER, "enabled": False})
    assert reason(world.post()) == "untrusted_issuer"
    assert len(world.log.entries) == 1


def test_a_disabled_mapping_is_refused_by_the_very_next_exchange(world: Bridge) -> None:
    assert world.post().status == 200
    world.write({**MAPPING, "enabled": False}, SUB)
    assert reason(world.post()) == "no_mapping"


def test_a_deleted_audience_is_refused_by_the_very_next_exchange(world: Bridge) -> None:
    assert world.post().status == 200
    world.trust.delete(DocumentRef(Kind.AUDIENCE, "risk-engine"), 1)
    assert reason(world.post()) == "target_not_granted"


def test_a_narrowed_grant_holds_from_the_very_next_exchange(world: Bridge) -> None:
    assert body(world.post())["scope"] == "risk:read"
    grant = {"audience": "risk-engine", "scopes": ["risk:write"]}
    world.write({**MAPPING, "grants": [grant]}, SUB)
    assert body(world.post())["scope"] == "risk:write"


def test_a_harmless_edit_is_decided_again_and_the_caller_never_notices(world: Bridge) -> None:
    assert world.post().status == 200
    world.write({**AUDIENCE, "description": "the risk engine"})
    assert world.post().status == 200
    assert world.log.entries == []
    assert world.ledger.discarded == {"id-2": "trust_changed"}


def test_a_new_mapping_holds_from_the_very_next_exchange(world: Bridge) -> None:
    assert reason(world.post(subject_token(sub="second"))) == "no_mapping"
    world.write({**MAPPING, "id": "second", "match": {"sub": "second"}}, Selector("sub", "second"))
    assert world.post(subject_token(sub="second")).status == 200


def test_a_key_of_ours_that_moves_beside_an_edit_is_followed_as_well(world: Bridge) -> None:
    """The mapping is missed before anything is committed, our own key set is compared at the commit."""
    assert world.post().status == 200
    world.write({**MAPPING, "match": {"sub": "worker", "department": "finance"}}, SUB)
    assert reason(world.post()) == "no_mapping"
    world.write(MAPPING, SUB)
    keys = world.trust.load()
    assert keys is not None
    world.trust.save(replace(keys, version=keys.version + 1))
    assert world.post().status == 200


def test_m1_a_single_use_token_is_accepted_once(world: Bridge) -> None:
    world.write({**ISSUER, "single_use": True})
    assert world.post().status == 200
    assert reason(world.post()) == "token_replayed"
    assert world.post(subject_token(jti="j-2")).status == 200


@pytest.mark.parametrize(
    ("parameters", "status", "error"),
    [
        ({"client_id": "somebody"}, 401, "invalid_client"),
        ({"client_secret": "s"}, 401, "invalid_client"),
        ({"client_assertion": "a.b.c"}, 401, "invalid_client"),
        ({"client_assertion": "a.b.c", "client_secret": "s"}, 400, "invalid_request"),
    ],
)
def test_client_credentials_are_refused_not_ignored(
    world: Bridge, parameters: dict[str, str], status: int, error: str
) -> None:
    response = world.post(None, **parameters)
    assert (response.status, body(response)["error"]) == (status, error)


def test_p1_when_the_trail_cannot_be_written_nothing_is_issued(world: Bridge) -> None:
    world.ledger.failing = True
    response = world.post()
    assert (response.status, body(response)["error"]) == (503, "temporarily_unavailable")
    assert response.headers["retry-after"] == "2"


def test_whatever_arrives_the_answer_is_typed(world: Bridge) -> None:
    for request in (
        HttpRequest("GET", "/token", b"", "c"),
        HttpRequest("POST", "/token", b"\xff\x00", "c"),
        HttpRequest("POST", "/token", b"", "c", {"content-type": "\x00"}),
    ):
        response = world.endpoint.handle(request)
        assert body(response)["error"] == "invalid_request"
        assert response.headers["cache-control"] == "no-store"
