"""ATTACKS O6: no write leaves nobody who could mend it."""

from typing import Any

import pytest

from federation.model.json import Json
from tests.support.admin_world import AUDIENCE, AdminWorld, admin_mapping, issuer

PERMIT_ALICE = 'permit (principal == Principal::"admin/alice", action, resource)'


@pytest.fixture
def world() -> AdminWorld:
    return AdminWorld()


def policy(cedar: str, id_: str = "door", **members: Json) -> dict[str, Any]:
    return {"kind": "Policy", "id": id_, "cedar": cedar, **members}


@pytest.mark.parametrize(
    "document",
    [
        policy("forbid (principal, action, resource);"),
        policy('forbid (principal, action == Action::"exchange", resource == Audience::"federation-admin");'),
        policy('forbid (principal in Tenant::"acme", action, resource); forbid (principal, action, resource);'),
        policy("permit (principal, action, resource);", "default", enabled=False),
        policy('permit (principal, action, resource == Audience::"risk-engine");', "default"),
        policy('permit (principal, action == Action::"delegate", resource);', "default"),
    ],
)
def test_O6_nor_do_policies_lock_everybody_out(world: AdminWorld, document: dict[str, Any]) -> None:
    answer = world.put(document)
    assert (answer.status, answer.code) == (409, "last_admin"), answer.body
    answer = world.call("POST", "/apply", {"documents": [document]})
    assert (answer.status, answer.code) == (409, "last_admin"), answer.body


@pytest.mark.parametrize(
    "document",
    [
        policy('forbid (principal == Principal::"admin/alice", action, resource);'),
        policy('forbid (principal, action, resource) unless { context.network.zone == "corp" };'),
        policy('forbid (principal, action == Action::"impersonate", resource);'),
        policy(f"{PERMIT_ALICE} when {{ !(principal has tenant) }};", "default"),
        policy("forbid (principal, action, resource);", tenant="acme"),
        policy("forbid (principal, action, resource);", enabled=False),
    ],
)
def test_O6_but_they_may_leave_a_way_for_some(world: AdminWorld, document: dict[str, Any]) -> None:
    assert world.put(document).status == 201


def test_O6_whom_a_policy_keeps_out_is_not_the_last_admin_who_is_left(world: AdminWorld) -> None:
    assert world.put(policy('forbid (principal == Principal::"admin/alice", action, resource);')).status == 201
    answer = world.call("DELETE", "/mappings/bob", who="bob", if_match='"1"')
    assert (answer.status, answer.code) == (409, "last_admin")


@pytest.mark.parametrize(
    "changes",
    [
        {"token_format": "opaque"},
        {"token_typ": "JWT"},
        {"tenant": "acme"},
        {"scopes": ["trust:write-nothing"]},
        {"max_ttl": "1s"},
    ],
)
def test_O6_the_audience_stays_one_that_opens_the_admin_api(world: AdminWorld, changes: dict[str, Json]) -> None:
    answer = world.put({**AUDIENCE, **changes}, '"1"')
    assert (answer.status, answer.code) == (409, "last_admin"), answer.body


def test_O6_the_admins_issuer_stays_one_for_the_audiences_environment(world: AdminWorld) -> None:
    assert world.put(issuer(environments=["prod"]), '"1"').code == "last_admin"


def test_O6_an_admin_by_template_counts_as_one(world: AdminWorld) -> None:
    template = {**admin_mapping("staff"), "principal": "admin/{sub}"}
    assert world.put(template).status == 201
    cedar = 'permit (principal == Principal::"admin/staff", action, resource) unless { principal has tenant };'
    assert world.put(policy(cedar, "default")).status == 201


@pytest.mark.parametrize("body", [{"cedar": "permit ("}, {"cedar": 7}])
def test_O6_whoever_mends_a_policy_that_cannot_be_read_is_not_in_its_way(
    world: AdminWorld, body: dict[str, Json]
) -> None:
    world.store({"kind": "Policy", "id": "broken", **body})
    assert (
        world.put(policy("forbid (principal, action, resource) when { context.chain.depth == 4 };", "other")).status
        == 201
    )
    assert world.put(policy("permit (principal, action, resource);", "broken"), '"1"').status == 200
