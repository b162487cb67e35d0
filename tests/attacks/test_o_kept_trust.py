"""ATTACKS O6: what one request has read and the next one checks by is never older than what others wrote meanwhile."""

import pytest

from tests.support.admin_world import AdminWorld, admin_mapping, issuer, mapping

ZONE = {"kind": "Zone", "id": "corp", "cidrs": ["203.0.113.0/24"]}


@pytest.fixture
def world() -> AdminWorld:
    """Where a write has just looked at every admin, issuer and policy."""
    world = AdminWorld()
    assert world.put(ZONE).status == 201
    return world


def test_O6_an_admin_whom_another_process_has_disabled_is_no_way_in_that_is_left(world: AdminWorld) -> None:
    world.store({**admin_mapping("bob"), "enabled": False})
    answer = world.call("DELETE", "/mappings/alice", if_match='"1"')
    assert (answer.status, answer.code) == (409, "last_admin")


def test_O6_an_issuer_that_another_process_gave_to_another_tenant_is_no_longer_mine(world: AdminWorld) -> None:
    world.store(issuer("mine", tenant="acme"))
    assert world.put(mapping("one", "mine"), who="tina").status == 201
    world.store(issuer("mine", tenant="rival"))
    answer = world.put(mapping("two", "mine", match={"sub": "other"}), who="tina")
    assert answer.status == 422, answer.body


def test_O6_a_mapping_that_another_process_filed_may_not_be_meant_as_well(world: AdminWorld) -> None:
    mine = mapping("mine", "corp", match={"sub": "other"})
    assert world.call("POST", "/validate", {"documents": [mine]}).status == 200
    world.store({**mine, "id": "theirs"})
    answer = world.put(mine)
    assert (answer.status, answer.pointers) == (422, ["/match"]), answer.body
