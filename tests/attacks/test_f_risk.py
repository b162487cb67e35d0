"""F: who is suspected earns nothing by acting for somebody who is not, nor by being acted for."""

from collections.abc import Iterator

import pytest

from federation.model.risk import RiskKey
from tests.support.delegation_world import Delegation, delegation
from tests.support.exchange_world import NOW, body, reason

CAREFUL = "forbid (principal, action, resource) when { context.risk.principal > 50 || context.risk.issuer > 80 };"


@pytest.fixture
def world() -> Iterator[Delegation]:
    with delegation() as made:
        made.write({"kind": "Policy", "id": "careful", "cedar": CAREFUL})
        yield made


def suspect(world: Delegation, key: RiskKey) -> None:
    world.world.state.suspect(key, 100, NOW)


EVERYBODY = [
    RiskKey("principal", "user/acme/alice", "acme"),
    RiskKey("principal", "agent/planner", "acme"),
    RiskKey("issuer", "people", "acme"),
    RiskKey("issuer", "agents", "acme"),
]


@pytest.mark.parametrize("key", EVERYBODY, ids=str)
def test_F_whoever_of_them_is_suspected_it_is_refused(world: Delegation, key: RiskKey) -> None:
    suspect(world, key)
    response = world.post(world.token("alice"), world.token("planner"))
    assert response.status == 400, body(response)
    assert reason(response) == "policy_denied"


@pytest.mark.parametrize("key", EVERYBODY, ids=str)
def test_F_who_is_suspected_since_is_refused_at_the_next_hop(world: Delegation, key: RiskKey) -> None:
    held = world.delegated("planner")
    suspect(world, key)
    assert reason(world.post(held, world.token("tool-1"))) == "policy_denied"


def test_F_who_is_not_suspected_is_not_refused(world: Delegation) -> None:
    suspect(world, RiskKey("principal", "agent/planner", "globex"))
    suspect(world, RiskKey("principal", "agent/another", "acme"))
    assert world.delegated("planner")


@pytest.mark.parametrize("tenant", ["globex", None])
def test_O6_the_score_of_another_tenants_issuer_is_not_that_of_its_namesake(
    world: Delegation, tenant: str | None
) -> None:
    """Its owner may raise it for a month, delete the document, and leave the id to others."""
    for key in (RiskKey("issuer", "people", tenant), RiskKey("issuer", "agents", tenant)):
        suspect(world, key)
    assert world.delegated("planner")
