"""A policy's examples hold for as long as the policy does: whoever moves what they rest on is told."""

import pytest

from tests.support.admin_world import AdminWorld, Document, audience

PROD_ONLY: Document = {
    "kind": "Policy",
    "id": "prod-only",
    "cedar": 'forbid (principal, action, resource in Environment::"prod") '
    'unless { ["corp"].contains(context.network.zone) };',
    "examples": [
        {"principal": "p", "audience": "vault", "expect": "deny"},
        {"principal": "p", "audience": "vault", "context": {"network": {"ip": "203.0.113.7"}}, "expect": "allow"},
    ],
}
VAULT = audience("vault", environment="prod")
CORP: Document = {"kind": "Zone", "id": "corp", "cidrs": ["203.0.113.0/24"]}


@pytest.fixture
def world() -> AdminWorld:
    made = AdminWorld()
    for document in (VAULT, CORP, PROD_ONLY):
        assert made.put(document).status == 201
    return made


def test_an_address_in_an_example_is_in_the_zone_that_has_it(world: AdminWorld) -> None:
    elsewhere = {**PROD_ONLY["examples"][1], "context": {"network": {"ip": "198.51.100.7"}}}
    refused = world.put({**PROD_ONLY, "examples": [elsewhere]}, '"1"')
    assert (refused.status, refused.pointers) == (422, ["/examples/0/expect"])


def test_an_audience_does_not_move_away_under_a_stored_policys_examples(world: AdminWorld) -> None:
    refused = world.put({**VAULT, "environment": "dev"}, '"1"')
    assert (refused.status, refused.pointers) == (422, [""])
    assert "example 0 of Policy prod-only would fail" in refused.members["errors"][0]["detail"]
    assert world.put({**VAULT, "description": "the same place"}, '"1"').status == 200


def test_a_zone_does_not_shrink_under_a_stored_policys_examples(world: AdminWorld) -> None:
    refused = world.put({**CORP, "cidrs": ["198.51.100.0/24"]}, '"1"')
    assert (refused.status, refused.pointers) == (422, ["/cidrs"])
    assert "example 1 of Policy prod-only would fail" in refused.members["errors"][0]["detail"]
    assert world.put({**CORP, "cidrs": ["203.0.113.0/25"]}, '"1"').status == 200


def test_another_zone_that_takes_the_address_is_told_the_same(world: AdminWorld) -> None:
    assert world.put({"kind": "Zone", "id": "lab", "cidrs": ["203.0.113.7/32"]}).status == 422
    assert world.put({"kind": "Zone", "id": "lab", "cidrs": ["203.0.113.8/32"]}).status == 201


def test_who_mends_the_examples_in_the_same_set_may_move_both(world: AdminWorld) -> None:
    moved = {**VAULT, "environment": "dev"}
    mended = {**PROD_ONLY, "examples": [{**PROD_ONLY["examples"][0], "expect": "allow"}]}
    assert world.call("POST", "/plan", {"documents": [moved]}).status == 422
    assert world.call("POST", "/plan", {"documents": [moved, mended]}).status == 200


def test_a_policy_that_is_switched_off_holds_nobody_back(world: AdminWorld) -> None:
    assert world.put({**PROD_ONLY, "enabled": False}, '"1"').status == 200
    assert world.put({**VAULT, "environment": "dev"}, '"1"').status == 200
