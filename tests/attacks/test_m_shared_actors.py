"""ATTACKS M5: somebody of no tenant who acts in one, and is revoked there."""

from collections.abc import Iterator

import pytest

from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from tests.support.delegation_world import Delegation, delegation
from tests.support.exchange_world import body, reason


@pytest.fixture
def world() -> Iterator[Delegation]:
    with delegation() as made:
        yield made


def revoke(world: Delegation, tenant: str) -> None:
    """As an admin of that tenant does, who revokes nobody anywhere else."""
    key, now = RevocationKey(RevocationTarget.PRINCIPAL, "agent/shared", tenant), int(world.world.clock.at)
    world.world.state.revoke(Revocation(key, now, now + 90_000, "admin/tina"))


@pytest.mark.parametrize("as_ours", [False, True])
def test_M5_an_actor_who_is_revoked_in_a_tenant_acts_there_with_no_older_token(
    world: Delegation, *, as_ours: bool
) -> None:
    """The new token would be younger than the revocation, and fall under nothing."""
    actor = world.token("shared")
    if as_ours:
        actor = world.exchange(actor, audience="bridge")
    world.exchange(world.token("alice"), actor)
    revoke(world, "acme")
    refused = world.post(world.token("alice"), actor)
    assert (body(refused)["error"], reason(refused)) == ("invalid_request", "token_revoked")


def test_M5_but_elsewhere_they_do(world: Delegation) -> None:
    actor = world.token("shared")
    revoke(world, "globex")
    world.exchange(world.token("alice"), actor)
