"""ATTACKS O2 for pushed keys: whoever gives an issuer keys can be everybody whom it vouches for."""

import pytest

from federation.model.confirmation import ADMIN_SCOPES
from federation.model.trust import Kind
from tests.support.admin_world import admin_mapping
from tests.support.dpop import ath, jkt, proof
from tests.support.issuer_world import BRIDGE
from tests.support.jose_keys import rsa_key
from tests.support.push_world import BODY, FIRST, ID, OF_ACME, PATH, SECOND, PushWorld, assert_refused, reason

THIEF = rsa_key("thief")


@pytest.fixture
def world() -> PushWorld:
    return PushWorld()


def make_admins(world: PushWorld, *scopes: str, **changes: bool) -> None:
    world.people.add(Kind.MAPPING, "pods", admin_mapping("pods", ID, scopes, **changes))


def test_O2_push_nobody_gives_keys_to_whoever_vouches_for_more_than_they_may(world: PushWorld) -> None:
    make_admins(world, "trust:read", "keys:write")
    assert_refused(world, world.admin_push(THIEF), "beyond_own_rights", 403)
    everything = {"scope": " ".join(ADMIN_SCOPES)}
    assert world.admin_push(THIEF, claims=everything).status == 204


def test_O2_push_what_admins_come_in_by_is_for_global_admins(world: PushWorld) -> None:
    make_admins(world, "trust:read")
    assert_refused(world, world.admin_push(THIEF, claims=OF_ACME), "outside_tenant", 403)


def test_O2_push_but_a_mapping_that_is_switched_off_makes_no_admins(world: PushWorld) -> None:
    make_admins(world, "keys:write", enabled=False)
    assert world.admin_push(THIEF, claims=OF_ACME).status == 204


def test_E10_push_that_an_admin_gave_keys_is_remembered_whoever_pushes_next(world: PushWorld) -> None:
    """Who gives keys can be an admin whom the issuer vouches for, and confirm what they wrote themselves."""
    assert world.push(FIRST, SECOND).status == 204
    assert given_at(world) is None, "the cluster itself"
    assert world.at(60).admin_push(FIRST, SECOND, THIEF).status == 204
    given = given_at(world)
    assert given == world.clock.now()
    assert world.at(60).push(FIRST, by=THIEF).status == 204
    assert given_at(world) == given


def given_at(world: PushWorld) -> int | None:
    keys = world.kept().keys
    assert keys is not None
    return keys.given_at


def test_O2_push_a_bound_admin_is_told_what_is_wrong_and_not_that_the_proof_was_used() -> None:
    """The door is asked once, however often the documents are read."""
    world = PushWorld(bearer=False)
    world.write(keys={"discovery": True})
    token = world.admin_token({"cnf": {"jkt": jkt()}})
    proven = proof(htm="POST", htu=BRIDGE + PATH, ath=ath(token), iat=int(world.clock.now()))
    response = world.send(BODY, token, scheme="DPoP", headers={"dpop": proven})
    assert (response.status, reason(response)) == (409, "keys_not_pushed")
