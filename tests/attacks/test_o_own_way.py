"""ATTACKS O6: whoever writes trust still comes in as they came, so the last admin locks nobody out."""

from typing import Any

import pytest

from federation.model.confirmation import ADMIN_SCOPES
from federation.model.json import Json
from tests.support.admin_world import AUDIENCE, NOW, AdminWorld, Document, admin_mapping, issuer, mapping

KEYS: Json = {"jwks_uri": "https://corp.example.com/new-keys"}
ADDRESS = "203.0.113.7"
DOOR = 'resource == Audience::"federation-admin"'
WRITING = '{ context.scopes.contains("trust:write") }'


@pytest.fixture
def world() -> AdminWorld:
    world = AdminWorld()
    world.store(issuer("second"))
    world.store(admin_mapping("carol", "second"))
    return world


def seen(world: AdminWorld, **claims: Json) -> str:
    """A token of alice's, with the record of how it was issued."""
    recorded(world, "j-alice", issuer="corp", claims={"sub": "alice", **claims})
    return world.token(jti="j-alice")


def recorded(world: AdminWorld, jti: str, **members: Json) -> None:
    """How an admin's token was issued."""
    record: dict[str, Any] = {
        "jti": jti,
        "correlation_id": f"c-{jti}",
        "revocation_keys": [],
        **members,
        "audience": ["federation-admin"],
        "scope": list(ADMIN_SCOPES),
        "source_ip": ADDRESS,
        "issued_at": NOW,
        "expires_at": NOW + 300,
    }
    world.ledger.commit(record, ())


def policy(cedar: str, id_: str = "door") -> Document:
    return {"kind": "Policy", "id": id_, "cedar": cedar}


@pytest.mark.parametrize(
    "document",
    [
        issuer(keys=KEYS),
        issuer(algorithms=["ES512"]),
        issuer(audiences=["https://else.example.com"]),
        issuer(max_token_age="1m"),
        issuer(single_use=True),
        issuer(enabled=False),
        admin_mapping("alice", match={"sub": "alicia"}),
        admin_mapping("alice", enabled=False),
        admin_mapping("alice", scopes=("trust:read", "trust:write")),
        admin_mapping("alice", dangerous=True),
        {**AUDIENCE, "sender_constraint": "mtls"},
        {**AUDIENCE, "environment": "prod"},
        {**AUDIENCE, "token_format": "opaque"},
        {**AUDIENCE, "token_typ": "JWT"},
        {**AUDIENCE, "enabled": False},
    ],
)
def test_O6_nobody_breaks_the_way_they_came_in_by(world: AdminWorld, document: Document) -> None:
    for answer in (world.put(document, '"1"'), world.call("POST", "/apply", {"documents": [document]})):
        assert (answer.status, answer.code) in ((409, "own_way_in"), (409, "last_admin")), answer.body
    plural = {"Issuer": "issuers", "Mapping": "mappings", "Audience": "audiences"}[document["kind"]]
    assert world.call("GET", f"/{plural}/{document['id']}").members["version"] == 1


@pytest.mark.parametrize(
    "document",
    [
        issuer(description="ours", labels={"a": "b"}),
        issuer(enabled=True),
        issuer(max_stale="1h"),
        admin_mapping("alice", description="Alice"),
        {**AUDIENCE, "sender_constraint": "dpop"},
        {**AUDIENCE, "sender_constraint": "any"},
        {**AUDIENCE, "max_ttl": "5m"},
        {**AUDIENCE, "scopes": [*ADMIN_SCOPES, "more:scope"]},
        issuer("second", keys=KEYS),
        admin_mapping("carol", "second", enabled=False),
    ],
)
def test_O6_what_leaves_it_open_is_written(world: AdminWorld, document: Document) -> None:
    answer = world.put(document, '"1"')
    assert answer.status == 200, answer.body


def test_O6_deleting_it_and_restoring_what_it_was_before_it_worked_break_it_as_well(world: AdminWorld) -> None:
    world.store(issuer("third", keys=KEYS))
    world.store(issuer("third"))
    world.store(admin_mapping("dave", "third"))
    token = world.token("dave", fed={"iss": "third", "mapping": "dave@1", "decision": "d"})
    answers = (
        world.call("POST", "/history/issuers/third/restore", {"version": 1}, token=token, if_match='"2"'),
        world.call("DELETE", "/mappings/dave", token=token, if_match='"1"'),
        world.call("POST", "/apply", {"deletions": [{"kind": "Mapping", "id": "dave"}]}, token=token),
    )
    assert [(answer.status, answer.code) for answer in answers] == [(409, "own_way_in")] * 3
    assert world.call("DELETE", "/mappings/dave", if_match='"1"').status == 204, "another admin may"


def test_O6_a_way_that_was_changed_since_nobody_has_come_in_by(world: AdminWorld) -> None:
    """Bob breaks alice's way, and alice, who does not know, takes bob's away: then nobody could come in."""
    carol = world.token("carol", fed={"iss": "second", "mapping": "carol@1", "decision": "d"})
    world.clock.advance(5)
    assert world.put(issuer("second", keys=KEYS), '"1"').status == 200
    delete = {"token": carol, "if_match": '"1"'}
    answer = world.call("DELETE", "/mappings/alice", **delete)
    assert (answer.status, answer.code) == (409, "own_way_in")
    assert "log in again" in answer.members["detail"]
    world.clock.advance(5)
    again = world.token("carol", iat=NOW + 10, fed={"iss": "second", "mapping": "carol@1", "decision": "d"})
    assert world.call("DELETE", "/mappings/alice", token=again, if_match='"1"').status == 204


def test_O6_but_one_that_was_only_described_is_known_to_work(world: AdminWorld) -> None:
    carol = world.token("carol", fed={"iss": "second", "mapping": "carol@1", "decision": "d"})
    world.clock.advance(5)
    assert world.put(issuer("second", description="the second"), '"1"').status == 200
    assert world.call("DELETE", "/mappings/alice", token=carol, if_match='"1"').status == 204


def test_O6_nor_is_one_by_a_client_that_is_an_admin_itself(world: AdminWorld) -> None:
    robot: Document = {
        "kind": "Client",
        "id": "robot",
        "auth": {"method": "private_key_jwt", "jwks_uri": "https://robot.example.com/jwks"},
        "audiences": ["federation-admin"],
        "scopes": list(ADMIN_SCOPES),
        "grants": ["client-credentials"],
        "sender_constraint": "dpop",
    }
    world.store(robot)
    itself: dict[str, Json] = {"issuer": "(client)", "claims": {"client_id": "robot"}}
    of_client: dict[str, Json] = {"client_id": "robot", "client_method": "private_key_jwt"}
    recorded(world, "j-robot", **itself, **of_client)
    fed: dict[str, Json] = {"iss": "(client)", "mapping": "client:robot@1", "decision": "d", "client": "robot@1"}
    token = world.token(jti="j-robot", sub="client/robot", client_id="robot", fed=fed)
    answer = world.put(
        policy(f'forbid (principal == Principal::"client/robot", action, {DOOR}) when {WRITING};'), token=token
    )
    assert (answer.status, answer.code) == (409, "own_way_in"), answer.body
    other = policy(f'forbid (principal == Principal::"client/other", action, {DOOR}) when {WRITING};')
    assert world.put(other, token=token).status == 201


@pytest.mark.parametrize(
    "cedar",
    [
        'forbid (principal, action, resource) unless { ["corp"].contains(context.network.zone) };',
        f'forbid (principal == Principal::"admin/alice", action, resource) when {WRITING};',
        '@require_approval("x") permit (principal, action, resource);',
        f'@max_ttl("1s") permit (principal, action, {DOOR});',
        f'@require_proof("mtls") permit (principal, action, {DOOR});',
    ],
)
def test_O6_a_policy_that_would_refuse_whoever_writes_it_is_not_written(world: AdminWorld, cedar: str) -> None:
    token = seen(world)
    answer = world.put(policy(cedar), token=token)
    assert (answer.status, answer.code) == (409, "own_way_in"), answer.body


def test_O6_but_one_that_wants_what_they_proved_is(world: AdminWorld) -> None:
    cedar = f'@require_proof("dpop") @max_ttl("1m") permit (principal, action, {DOOR});'
    assert world.put(policy(cedar), token=seen(world)).status == 201


def test_O6_nor_is_a_token_made_too_short_to_mend_anything_with(world: AdminWorld) -> None:
    token, grant = seen(world), {"audience": "federation-admin", "scopes": list(ADMIN_SCOPES)}
    answer = world.put({**admin_mapping("alice"), "grants": [{**grant, "max_ttl": "59s"}]}, '"1"', token=token)
    assert (answer.status, answer.code) == (409, "own_way_in"), answer.body
    assert (
        world.put({**admin_mapping("alice"), "grants": [{**grant, "max_ttl": "60s"}]}, '"1"', token=token).status == 200
    )


def test_O6_nor_is_a_zone_taken_away_on_which_they_rest(world: AdminWorld) -> None:
    token = seen(world)
    zone: Document = {"kind": "Zone", "id": "corp", "cidrs": ["203.0.113.0/24"]}
    assert world.put(zone, token=token).status == 201
    cedar = 'forbid (principal, action, resource) unless { ["corp"].contains(context.network.zone) };'
    assert world.put(policy(cedar), token=token).status == 201
    for answer in (
        world.put({**zone, "cidrs": ["192.0.2.0/24"]}, '"1"', token=token),
        world.call("DELETE", "/zones/corp", token=token, if_match='"1"'),
    ):
        assert (answer.status, answer.code) == (409, "own_way_in"), answer.body


def test_O6_nor_a_mapping_that_fits_them_too_so_that_neither_is_chosen(world: AdminWorld) -> None:
    token = seen(world, department="it")
    twin = mapping("staff", match={"sub": "alice", "department": "it"}, principal="staff/somebody")
    answer = world.put(twin, token=token)
    assert (answer.status, answer.code) == (409, "own_way_in"), answer.body
    assert world.put({**twin, "match": {"sub": "alice", "department": "hr"}}, token=token).status == 201


def test_O6_nor_is_one_confirmed_that_does(world: AdminWorld) -> None:
    token = seen(world, department="it")
    everybody = mapping(
        "everybody", match={"sub": "alice", "department": "it"}, principal="staff/somebody", dangerous=True
    )
    assert world.put(everybody, token=world.token("bob")).status == 201
    body = {"version": 1, "reason": "all of them"}
    answer = world.call("POST", "/mappings/everybody/confirm", body, token=token)
    assert (answer.status, answer.code) == (409, "own_way_in"), answer.body


def test_O6_that_trust_writing_wants_an_approval_is_fine_as_long_as_deciding_does_not(world: AdminWorld) -> None:
    token = seen(world)
    forbid = f"forbid (principal, action, {DOOR}) when {WRITING} unless {{ context has approval }};"
    permit = f'@require_approval("a second pair of eyes") permit (principal, action, {DOOR}) when {WRITING};'
    assert world.put(policy(f"{forbid}\n{permit}"), token=token).status == 201


def test_O6_who_only_plans_breaks_nothing(world: AdminWorld) -> None:
    token = world.token(scope="trust:read")
    world.store(admin_mapping("alice", scopes=("trust:read",)))
    plan = {"documents": [admin_mapping("alice", match={"sub": "alicia"}, scopes=("trust:read",))]}
    assert world.call("POST", "/plan", plan, token=token).status == 200
    assert world.call("POST", "/apply", plan, token=token).status == 403


def test_O6_nor_does_anybody_shut_out_the_client_or_the_agent_they_came_by(world: AdminWorld) -> None:
    client: Document = {
        "kind": "Client",
        "id": "robot",
        "auth": {"method": "private_key_jwt", "jwks_uri": "https://robot.example.com/jwks"},
        "audiences": ["federation-admin"],
        "scopes": list(ADMIN_SCOPES),
    }
    agent = mapping("agent", "second", principal="agent/helper")
    for document in (client, agent):
        world.store(document)
    fed: dict[str, Json] = {"iss": "corp", "mapping": "alice@1", "decision": "d"}
    by_client = world.token(client_id="robot", fed={**fed, "client": "robot@1"})
    by_agent = world.token(act={"sub": "agent/helper"}, fed={**fed, "actor": "agent@1", "actor_iss": "second"})
    for token, document in (
        (by_client, {**client, "enabled": False}),
        (by_agent, {**agent, "enabled": False}),
        (by_agent, issuer("second", keys=KEYS)),
    ):
        answer = world.put(document, '"1"', token=token)
        assert (answer.status, answer.code) == (409, "own_way_in"), answer.body
