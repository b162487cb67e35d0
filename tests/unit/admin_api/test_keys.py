"""Our signing keys, as admins see and move them."""

import json

import pytest
from msgspec.structs import replace

from federation.admin.key_orders import REVOKED, ROTATED
from federation.admin_api.guard import MOVES
from federation.model.keys import SEEN_BY_ALL, KeySet
from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import KEY, NOW, AdminWorld
from tests.support.fake_trust import FakeTrust


@pytest.fixture
def world() -> ResourceWorld:
    """With a key that signs and a standby that everybody has."""
    world = ResourceWorld()
    world.life.publish()
    world.life.run()
    world.clock.advance(SEEN_BY_ALL)
    return world


def token(world: ResourceWorld, **claims: str) -> str:
    return world.token(exp=int(world.clock.now()) + 300, **claims)


def records(world: ResourceWorld, outcome: str) -> list[dict[str, object]]:
    return [dict(entry) for entry in world.ledger.records.values() if entry["outcome"] == outcome]


def test_every_key_is_shown_with_where_it_stands_and_without_where_it_lies() -> None:
    world = ResourceWorld()
    keys = world.trust.load()
    assert keys is not None
    world.trust.save(replace(keys.with_published([KEY.kid], NOW), version=2))
    answer = world.call("GET", "/keys")
    shown = {
        "kid": KEY.kid,
        "state": "active",
        "algorithm": "RS256",
        "published_at": "2027-01-15T08:00:00+00:00",
        "seen_by_all_at": "2027-01-15T08:10:00+00:00",
        "active_since": None,
        "leaves_at": None,
    }
    assert answer.members == {"items": [shown], "former": [], "changes": [], "version": 2}
    assert "key-1" not in answer.body.decode()


def test_the_next_key_signs_when_an_admin_says_so_and_the_old_one_still_verifies(world: ResourceWorld) -> None:
    standby = world.life.standby.kid
    answer = world.call("POST", "/keys/rotate", {"reason": "yearly drill"}, token=token(world))
    assert answer.status == 200
    states = {key["kid"]: key["state"] for key in answer.members["items"]}
    assert (states[standby], states[KEY.kid]) == ("active", "retired")
    (change,) = answer.members["changes"]
    assert (change["action"], change["who"], change["why"]) == ("rotate", "admin/alice", "yearly drill")
    (record,) = records(world, ROTATED)
    assert (record["principal"], record["key_order_reason"]) == ("admin/alice", "yearly drill")
    assert world.call("GET", "/keys", token=token(world)).status == 200, "the admin's token is of the old key"


def test_nothing_is_rotated_to_a_key_that_somebody_may_not_have(world: ResourceWorld) -> None:
    assert world.call("POST", "/keys/rotate", {}, token=token(world)).status == 200
    refused = world.call("POST", "/keys/rotate", {}, token=token(world))
    assert (refused.status, refused.code) == (409, "standby_not_seen")
    assert list(world.ledger.discarded.values()) == ["unseen"]


def test_a_revoked_key_is_gone_with_whoever_asked(world: ResourceWorld) -> None:
    answer = world.call("POST", f"/keys/{KEY.kid}/revoke", {"reason": "seen in a paste"}, token=token(world))
    assert answer.status == 200
    assert KEY.kid not in {key["kid"] for key in answer.members["items"]}
    assert [(key["kid"], key["end"]) for key in answer.members["former"]] == [(KEY.kid, "revoked")]
    (record,) = records(world, REVOKED)
    assert (record["revoked_kid"], record["key_order_reason"]) == (KEY.kid, "seen in a paste")
    assert world.call("GET", "/keys", token=token(world)).status == 401, "the admin's token was of that key"


def test_O6_the_last_signing_key_stays(world: ResourceWorld) -> None:
    world.life.maker.failing = True
    standby = world.life.standby.kid
    assert world.call("POST", f"/keys/{standby}/revoke", {"reason": "x"}, token=token(world)).status == 200
    refused = world.call("POST", f"/keys/{KEY.kid}/revoke", {"reason": "x"}, token=token(world))
    assert (refused.status, refused.code) == (409, "last_signing_key")
    again = world.call("POST", f"/keys/{standby}/revoke", {"reason": "x"}, token=token(world))
    assert (again.status, again.code) == (409, "key_gone")


def test_a_key_that_there_is_not_is_404(world: ResourceWorld) -> None:
    refused = world.call("POST", "/keys/nobody/revoke", {"reason": "x"}, token=token(world))
    assert (refused.status, refused.code) == (404, "no_such_key")


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "a\nb"}, {"reason": "x", "force": True}])
def test_a_revocation_says_why(world: ResourceWorld, body: dict[str, object]) -> None:
    assert world.call("POST", f"/keys/{KEY.kid}/revoke", body, token=token(world)).status == 422


@pytest.mark.parametrize("path", ["/keys/rotate", f"/keys/{KEY.kid}/revoke"])
def test_a_tenants_admin_moves_no_keys(world: ResourceWorld, path: str) -> None:
    scopes = "trust:read keys:write"
    tina = world.token("tina", scope=scopes, exp=int(world.clock.now()) + 300)
    refused = world.call("POST", path, {"reason": "x"}, token=tina)
    assert (refused.status, refused.code) == (403, "outside_tenant")
    assert not world.life.keys.changes


@pytest.mark.parametrize("path", ["/keys/rotate", f"/keys/{KEY.kid}/revoke"])
def test_moving_keys_takes_its_own_scope(world: ResourceWorld, path: str) -> None:
    refused = world.call("POST", path, {"reason": "x"}, token=token(world, scope="trust:read trust:write"))
    assert refused.status == 403


def test_O9_a_rotation_that_is_asked_for_twice_under_one_key_happens_once(world: ResourceWorld) -> None:
    asked = [
        world.call("POST", "/keys/rotate", {"reason": "x"}, token=token(world), idempotency_key="once")
        for _ in range(2)
    ]
    assert asked[0].body == asked[1].body
    assert asked[1].headers["idempotency-replayed"] == "true"
    assert len(world.life.keys.changes) == 1


def test_O9_even_if_the_first_answer_was_lost_on_its_way(world: ResourceWorld) -> None:
    world.call("POST", "/keys/rotate", {"reason": "x"}, token=token(world), idempotency_key="once")
    world.answers.named.clear()
    again = world.call("POST", "/keys/rotate", {"reason": "x"}, token=token(world), idempotency_key="once")
    assert again.status == 200
    assert len(json.loads(again.body)["changes"]) == 1


class Moving(FakeTrust):
    """Our keys move `moves` times, each time just after somebody has read them."""

    moves = 0

    def load(self) -> KeySet | None:
        keys = super().load()
        if keys is not None and self.moves:
            self.moves -= 1
            self.save(replace(keys, version=keys.version + 1))
        return keys


@pytest.mark.parametrize(("moves", "status"), [(0, 200), (MOVES, 200), (MOVES + 1, 503)])
def test_an_admin_is_let_in_while_keys_move_for_a_while(moves: int, status: int) -> None:
    trust = Moving()
    world = AdminWorld(trust)
    trust.moves = moves
    assert world.call("GET", "/audiences").status == status
