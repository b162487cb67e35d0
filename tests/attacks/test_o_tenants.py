"""ATTACKS O2 and invariant 28: what an admin of one tenant learns of others, and what they can do to them."""

import pytest

from tests.support.admin_resources import ResourceWorld
from tests.support.admin_world import BRIDGE, Document, audience, issuer, mapping


@pytest.fixture
def world() -> ResourceWorld:
    """Beside tina's tenant there is globex."""
    world = ResourceWorld()
    world.store(issuer("globex-idp", tenant="globex"))
    world.store(audience("globex-api", tenant="globex", scopes=["merger:read"], resource="https://api.globex.com"))
    world.store(mapping("globex-sync", "globex-idp", match={"sub": "worker"}))
    return world


def test_O2_nobody_makes_anothers_issuer_ambiguous(world: ResourceWorld) -> None:
    """A token that two issuers could be of is of none: corp's would be locked out, and its admins with them."""
    twin = issuer("twin", tenant="acme", issuer="https://corp.example.com", audiences=[BRIDGE])
    answer = world.put(twin, who="tina")
    assert (answer.status, answer.pointers) == (422, ["/issuer"])
    assert world.put(twin).status == 422, "nor does a global admin by mistake"


@pytest.mark.parametrize(
    "document",
    [
        mapping("probe", "globex-id"),
        mapping("probe", "globex-idp"),
        mapping("probe", "globex-idp", match={"sub": "worker"}),
        mapping("probe", "acme", grants=[{"audience": "globex-ap", "scopes": ["x"]}]),
        mapping("probe", "acme", grants=[{"audience": "globex-api", "scopes": ["merger:rea"]}]),
        mapping("probe", "acme", grants=[{"audience": "globex-api", "scopes": ["merger:read"]}]),
        issuer("probe", tenant="acme", issuer="https://globex-idp.example.com"),
        audience("probe", tenant="acme", resource="https://api.globex.com"),
    ],
)
def test_O2_what_is_wrong_is_said_without_a_word_of_other_tenants(world: ResourceWorld, document: Document) -> None:
    answer = world.put(document, who="tina")
    assert answer.status == 422
    unsaid = [name for name in ("globex-idp", "globex-api", "globex-sync", "merger:read") if name not in str(document)]
    for name in (*unsaid, "tenant globex"):
        assert name not in answer.body.decode()


def test_O2_a_global_admin_is_told_what_is_in_the_way(world: ResourceWorld) -> None:
    answer = world.put(issuer("probe", issuer="https://globex-idp.example.com"))
    assert "Issuer globex-idp" in answer.members["errors"][0]["detail"]
