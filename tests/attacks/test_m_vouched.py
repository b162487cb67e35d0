"""ATTACKS M5: a token dies with everything that vouched for it, whoever authenticated its caller included."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from federation.model.authorization import Authorization, Link
from federation.model.own_claims import read_own
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.model.revocation_keys import keys_of, keys_of_authorized
from federation.model.tokens import Vouched
from tests.support.issued_world import (
    API,
    GATEWAY,
    LEDGER,
    RISK,
    USUAL,
    IssuedWorld,
    body,
    claims_of,
    issued_to,
    reason,
)
from tests.support.policy_world import Decisions, client, registered
from tests.support.trust_values import NOW

MESH = "mesh"
VIA_MESH: Authorization = replace(
    issued_to(GATEWAY), provenance=replace(USUAL.provenance, client=f"{GATEWAY}@1", client_issuer=MESH)
)
"""To a client that a trust domain has authenticated."""
ITSELF = replace(
    VIA_MESH,
    principal=f"client/{GATEWAY}",
    context={},
    provenance=replace(VIA_MESH.provenance, issuer="(client)", mapping=f"client:{GATEWAY}@1"),
)


@pytest.fixture
def world() -> IssuedWorld:
    world = IssuedWorld()
    world.write_issuer(MESH, tenant="acme")
    world.write_client(GATEWAY, tenant="acme")
    world.restart()
    return world


ENDS: dict[str, Callable[[IssuedWorld], None]] = {
    "its trust domain is disabled": lambda world: world.write_issuer(MESH, tenant="acme", enabled=False),
    "its trust domain moves to another tenant": lambda world: world.write_issuer(MESH, tenant="globex"),
    "its client is disabled": lambda world: world.write_client(GATEWAY, tenant="acme", enabled=False),
    "its client may go there no more": lambda world: world.write_client(GATEWAY, tenant="acme", audiences=[LEDGER]),
    "its client has lost the scope": lambda world: world.write_client(GATEWAY, tenant="acme", scopes=["other"]),
    "the audience is disabled": lambda world: world.write_audience(RISK, introspection=[API], enabled=False),
}


@pytest.mark.parametrize("what", ENDS)
@pytest.mark.parametrize("made", [VIA_MESH, ITSELF], ids=["exchanged", "itself"])
def test_M5_a_clients_token_dies_with_who_authenticated_it(world: IssuedWorld, made: Authorization, what: str) -> None:
    token = world.token(made)
    assert claims_of(token)["fed"]["client_iss"] == MESH
    assert world.active(token)
    ENDS[what](world)
    assert not world.active(token)


@pytest.mark.parametrize("made", [VIA_MESH, ITSELF], ids=["exchanged", "itself"])
def test_M5_it_falls_under_a_revocation_of_that_issuer(made: Authorization) -> None:
    key = RevocationKey(RevocationTarget.ISSUER, MESH)
    assert key in keys_of_authorized(made, "jti-1")
    parent = Link("jti-0", GATEWAY, "acme-sync", "acme", MESH)
    later = replace(USUAL, provenance=replace(USUAL.provenance, chain=(parent,)))
    assert key in keys_of_authorized(later, "jti-2"), "nor is what was made from it worth anything"


@pytest.mark.parametrize("made", [VIA_MESH, ITSELF, USUAL])
def test_M5_a_token_falls_under_what_it_was_minted_under(world: IssuedWorld, made: Authorization) -> None:
    claims = claims_of(world.token(made, "jti-1"))
    key_set = world.key.get()[1]
    assert keys_of(read_own(claims, key_set)) == keys_of_authorized(made, "jti-1")


AGENTS = "agents"
LATER = replace(
    USUAL,
    provenance=replace(
        USUAL.provenance,
        chain=(Link("jti-0", GATEWAY, "acme-sync", "acme", MESH), Link("jti-1", "agent/planner", "planner", AGENTS)),
    ),
)
"""Made from a token of a client that a trust domain has authenticated, and from one that an agent held."""
BEFORE: dict[str, Callable[[IssuedWorld], None]] = {
    **{what: ENDS[what] for what in ("its trust domain is disabled", "its client is disabled")},
    "its trust domain moves to another tenant": ENDS["its trust domain moves to another tenant"],
    "the agent is disabled": lambda world: world.write_mapping("planner", AGENTS, enabled=False),
    "the agent's issuer is disabled": lambda world: world.write_issuer(AGENTS, tenant="acme", enabled=False),
    "the agent is another issuer's": lambda world: world.write_mapping("planner", "acme"),
}


@pytest.mark.parametrize("what", BEFORE)
def test_M5_and_so_does_every_token_that_was_made_from_it(world: IssuedWorld, what: str) -> None:
    world.write_issuer(AGENTS, tenant="acme")
    world.write_mapping("planner", AGENTS)
    world.restart()
    token = world.token(LATER)
    assert world.active(token)
    BEFORE[what](world)
    assert not world.active(token)


def test_M7_a_service_whose_own_trust_domain_was_revoked_is_told_nothing(world: IssuedWorld) -> None:
    world.asserted.vouched = Vouched(MESH, NOW)
    token = world.token(USUAL)
    assert world.active(token)
    world.state.revoke(Revocation(RevocationKey(RevocationTarget.ISSUER, MESH), NOW, NOW + 3600, "admin/ada"))
    refused = world.introspect(token)
    assert (refused.status, reason(refused)) == (401, "client_authentication_failed")
    world.clock.advance(1)
    world.asserted.vouched = Vouched(MESH, NOW + 1)
    assert world.active(token), "a fresh identity of that trust domain is let in at once"


GRANTS: list[tuple[list[dict[str, object]], list[str] | None]] = [
    ([{"audience": RISK, "scopes": ["risk:read", "risk:write"]}], ["risk:read", "risk:write"]),
    ([{"audience": RISK, "scopes": ["risk:write"]}], ["risk:write"]),
    ([{"audience": RISK, "scopes": ["other"]}], None),
    ([{"audience": LEDGER, "scopes": ["risk:read", "risk:write"]}], None),
    ([], None),
]


@pytest.mark.parametrize(("grants", "left"), GRANTS)
def test_M5_a_token_is_worth_no_more_than_its_grant_is_by_now(
    world: IssuedWorld, grants: list[dict[str, object]], left: list[str] | None
) -> None:
    world.write_audience(RISK, introspection=[API], scopes=["risk:read", "risk:write", "other"])
    world.write_mapping("acme-sync", "acme", grants=GRANTS[0][0])
    world.restart()
    token = world.token(replace(USUAL, scopes=("risk:read", "risk:write")))
    assert world.active(token)
    world.write_mapping("acme-sync", "acme", grants=grants)
    told = body(world.introspect(token))
    assert told.get("scope", "").split() == (left or [])
    assert told["active"] is (left is not None)


@pytest.mark.parametrize("environments", [["dev"], []])
def test_M5_nor_where_its_issuer_vouches_for_nobody_any_more(world: IssuedWorld, environments: list[str]) -> None:
    token = world.token()
    world.write_issuer("acme", tenant="acme", environments=environments)
    assert not world.active(token)


def test_M4_who_was_authenticated_by_what_was_revoked_gets_no_token() -> None:
    """An SVID may be older than the revocation of its trust domain: the commit refuses, as for the subject token."""
    caller = replace(registered(client()), vouched=Vouched(MESH, NOW - 30))
    proofs = Decisions().decide(caller=caller).not_revoked
    mesh = RevocationKey(RevocationTarget.ISSUER, MESH)
    assert [proof.issued_at for proof in proofs if mesh in proof.keys] == [NOW - 30]
