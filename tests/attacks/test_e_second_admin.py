"""ATTACKS E10: the second admin is not somebody whom the first has made for it."""

import pytest

from federation.admin.second_admin import SEEN_FOR
from tests.support.admin_world import NOW, AdminWorld, Reply, admin_mapping, issuer, mapping

EVERYBODY = mapping("everybody", match={"iss": "https://corp.example.com"}, dangerous=True)


@pytest.fixture
def world() -> AdminWorld:
    return AdminWorld()


def confirm(world: AdminWorld, who: str) -> Reply:
    body = {"version": 1, "reason": "all of them"}
    token = world.token(who, iat=int(world.clock.now()), exp=int(world.clock.now()) + 300)
    return world.call("POST", "/mappings/everybody/confirm", body, token=token)


def later(world: AdminWorld, seconds: int) -> str:
    """Somebody's token then."""
    world.clock.advance(seconds)
    return world.token(iat=int(world.clock.now()), exp=int(world.clock.now()) + 300)


def test_E10_an_admin_who_was_there_before_confirms(world: AdminWorld) -> None:
    assert world.put(EVERYBODY).status == 201
    assert confirm(world, "bob").status == 200


def test_E10_one_who_was_made_for_it_does_not(world: AdminWorld) -> None:
    assert world.put(admin_mapping("puppet")).status == 201
    assert world.put(EVERYBODY).status == 201
    answer = confirm(world, "puppet")
    assert (answer.status, answer.code) == (403, "new_admin")
    assert "Mapping puppet" in answer.members["detail"]
    world.clock.advance(SEEN_FOR)
    assert confirm(world, "puppet").status == 200, "by then others have seen who made them"


def test_E10_nor_one_who_was_made_after_it_however_long_ago(world: AdminWorld) -> None:
    assert world.put(EVERYBODY).status == 201
    assert world.put(admin_mapping("puppet"), token=later(world, 5)).status == 201
    world.clock.advance(2 * SEEN_FOR)
    assert confirm(world, "puppet").code == "new_admin"
    assert confirm(world, "bob").status == 200


def test_E10_nor_one_who_could_only_read_before(world: AdminWorld) -> None:
    world.store(admin_mapping("reader", scopes=("trust:read",)))
    assert world.put(admin_mapping("reader"), '"1"').status == 200
    assert world.put(EVERYBODY).status == 201
    assert confirm(world, "reader").code == "new_admin"


def test_E10_nor_one_whose_name_or_keys_were_taken_over(world: AdminWorld) -> None:
    world.store(issuer("second"))
    world.store(admin_mapping("carol", "second"))
    assert world.put(admin_mapping("bob", match={"sub": "mallory"}), '"1"').status == 200
    assert world.put(issuer("second", keys={"jwks_uri": "https://second.example.com/mine"}), '"1"').status == 200
    assert world.put(EVERYBODY).status == 201
    assert confirm(world, "bob").code == "new_admin"
    token = world.token("carol", fed={"iss": "second", "mapping": "carol@1", "decision": "d"})
    body = {"version": 1, "reason": "all of them"}
    assert world.call("POST", "/mappings/everybody/confirm", body, token=token).code == "new_admin"


def test_E10_what_tells_people_something_makes_nobody_new(world: AdminWorld) -> None:
    assert world.put(admin_mapping("bob", description="Bob"), '"1"').status == 200
    assert world.put(EVERYBODY).status == 201
    assert confirm(world, "bob").status == 200
    assert world.clock.now() == NOW


def test_E10_whoever_may_confirm_finds_what_waits_with_who_wrote_it_and_why(world: AdminWorld) -> None:
    assert world.call("GET", "/confirmations").members == {"items": [], "truncated": False}
    assert world.put({**EVERYBODY, "reason": "public builds"}).status == 201
    theirs = mapping("theirs", "acme", match={"iss": "https://acme.example.com"}, dangerous=True)
    assert world.put(theirs).status == 201
    first, second = world.call("GET", "/confirmations", who="bob").members["items"]
    assert (first["kind"], first["id"], first["version"], first["pending"]) == ("Mapping", "everybody", 1, True)
    assert (first["updated"]["who"], first["updated"]["why"]) == ("admin/alice", "public builds")
    assert second["id"] == "theirs"
    assert confirm(world, "bob").status == 200
    assert [one["id"] for one in world.call("GET", "/confirmations").members["items"]] == ["theirs"]


def test_E10_a_tenants_admin_finds_the_tenants_alone(world: AdminWorld) -> None:
    world.store(issuer("globex", tenant="globex"))
    world.store(mapping("theirs", "globex", dangerous=True))
    world.store(mapping("ours", "acme", dangerous=True))
    assert [one["id"] for one in world.call("GET", "/confirmations", who="tina").members["items"]] == ["ours"]


def test_O2_nobody_confirms_what_they_could_not_write(world: AdminWorld) -> None:
    boss = admin_mapping("everybody", match={"iss": "https://corp.example.com"}, dangerous=True)
    assert world.put(boss).status == 201
    few = world.token("bob", scope="trust:read trust:write")
    body = {"version": 1, "reason": "all of them"}
    answer = world.call("POST", "/mappings/everybody/confirm", body, token=few)
    assert (answer.status, answer.code) == (403, "beyond_own_rights")
    answer = world.call("POST", "/mappings/everybody/confirm", body, who="tina")
    assert (answer.status, answer.code) == (403, "outside_tenant")
