"""ATTACKS O2: an admin may do what the token says and the documents grant today, at every door."""

import pytest

from federation.model.confirmation import KEYS_WRITE, REVOCATIONS_WRITE, TRUST_READ, TRUST_WRITE
from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import Document, admin_mapping
from tests.support.jose_keys import ec_key

ROBOT: Document = {
    "kind": "Client",
    "id": "robot",
    "auth": {"method": "private_key_jwt", "jwks": {"keys": [ec_key().jwk(alg="ES256", use="sig")]}},
    "audiences": ["federation-admin"],
    "scopes": [TRUST_READ, TRUST_WRITE, KEYS_WRITE],
    "grants": ["client-credentials"],
    "sender_constraint": "dpop",
}


@pytest.fixture
def world() -> ResourceWorld:
    world = ResourceWorld()
    world.store(admin_mapping("mallory"))
    return world


def taken_away(world: ResourceWorld) -> None:
    """After mallory's token was issued."""
    assert world.put(admin_mapping("mallory", scopes=(TRUST_READ, TRUST_WRITE)), '"1"').status == 200


GIVING: list[Document] = [
    admin_mapping("eve", scopes=(KEYS_WRITE,)),
    admin_mapping("mallory", scopes=(TRUST_READ, TRUST_WRITE, REVOCATIONS_WRITE)),
    ROBOT,
]


@pytest.mark.parametrize("document", GIVING, ids=lambda one: f"{one['kind']} {one['id']}")
def test_O2_what_was_taken_from_an_admin_is_not_theirs_to_give(world: ResourceWorld, document: Document) -> None:
    taken_away(world)
    etag = '"2"' if document["id"] == "mallory" else None
    answer = world.put(document, etag, who="mallory")
    assert (answer.status, answer.code) == (403, "beyond_own_rights")
    applied = world.call("POST", "/apply", {"documents": [document]}, who="mallory")
    assert (applied.status, applied.code) == (403, "beyond_own_rights")


def test_O2_nor_does_an_earlier_version_bring_it_back(world: ResourceWorld) -> None:
    taken_away(world)
    answer = world.call("POST", "/history/Mapping/mallory/restore", {"version": 1}, who="mallory", if_match='"2"')
    assert (answer.status, answer.code) == (403, "beyond_own_rights")


def robots(world: ResourceWorld) -> str:
    fed = {"iss": "(client)", "mapping": "client:robot@1", "client": "robot@1", "decision": "d"}
    return world.token("robot", sub="client/robot", client_id="robot", fed=fed, scope=" ".join(ROBOT["scopes"]))


def test_O2_a_client_that_is_an_admin_has_what_its_document_says_now(world: ResourceWorld) -> None:
    world.store(ROBOT)
    assert world.call("GET", "/issuers", token=robots(world)).status == 200
    world.store({**ROBOT, "scopes": [KEYS_WRITE]})
    assert world.call("GET", "/issuers", token=robots(world)).code == "missing_scope"
    world.store({**ROBOT, "audiences": ["risk-engine"]})
    assert world.call("GET", "/issuers", token=robots(world)).code == "missing_scope"


@pytest.mark.parametrize("changes", [{"scopes": [KEYS_WRITE]}, {"audiences": ["risk-engine"]}, {"enabled": False}])
def test_O2_so_has_whoever_came_in_through_a_client(world: ResourceWorld, changes: Document) -> None:
    """The client is a second ceiling as long as the token lives."""
    world.store({**ROBOT, "grants": ["token-exchange"]})
    fed = {"iss": "corp", "mapping": "alice@1", "client": "robot@1", "decision": "d"}
    assert world.call("GET", "/issuers", token=world.token("alice", client_id="robot", fed=fed)).status == 200
    world.store({**ROBOT, **changes})
    answer = world.call("GET", "/issuers", token=world.token("alice", client_id="robot", fed=fed))
    assert answer.status in (401, 403)
