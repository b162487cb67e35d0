"""Policies decide within the grants, from the very next exchange on, and whatever is wrong with them is a no."""

import re
from collections.abc import Iterator

import pytest

from federation.model.json import Json
from federation.model.trust import DocumentRef, Kind
from tests.support.delegation_world import claims_of
from tests.support.exchange_world import NOW, Bridge, body, bridge, reason, subject_token

FORBID_HOME = """
forbid (principal, action, resource in Environment::"prod")
unless { context.network.zone == "corp" };
"""


@pytest.fixture
def world() -> Iterator[Bridge]:
    with bridge() as made:
        yield made


def policy(cedar: str, document_id: str = "p", **more: Json) -> dict[str, Json]:
    return {"kind": "Policy", "id": document_id, "cedar": cedar, **more}


def zone(*cidrs: str) -> dict[str, Json]:
    return {"kind": "Zone", "id": "corp", "cidrs": list(cidrs)}


def test_without_policies_the_grants_decide(world: Bridge) -> None:
    world.post()
    (record,) = world.ledger.records.values()
    assert record["policies"] == ["default"]


def test_the_token_names_the_policies_that_decided_and_the_record_all_of_them(world: Bridge) -> None:
    names = ["default", *(f"p{number}" for number in range(5))]
    for name in names[1:]:
        world.write(policy("permit (principal, action, resource);", name))
    decision = claims_of(body(world.post())["access_token"])["fed"]["decision"]
    (record,) = world.ledger.records.values()
    assert (record["policies"], record["decision"]) == (names, decision)
    assert re.fullmatch(r"default,p0,p1,p2,\+2@[0-9a-f]{16}", decision)


def test_a_forbid_holds_from_the_very_next_exchange(world: Bridge) -> None:
    assert world.post().status == 200
    world.write(policy("forbid (principal, action, resource);"))
    assert reason(world.post()) == "policy_denied"
    assert world.log.entries[-1]["detail"] == "p"


def test_a_lifted_forbid_lets_exchanges_through_again_when_it_is_known(world: Bridge) -> None:
    world.write(policy("forbid (principal, action, resource);"))
    assert world.post().status == 400
    world.trust.delete(DocumentRef(Kind.POLICY, "p"), 1)
    world.clock.advance(31)
    assert world.post().status == 200


@pytest.mark.parametrize(
    ("source_ip", "status"), [("198.51.100.7", 200), ("192.0.2.7", 400), ("::ffff:198.51.100.7", 200), ("", 400)]
)
def test_only_the_gateways_source_address_finds_the_zone(world: Bridge, source_ip: str, status: int) -> None:
    world.write(zone("198.51.100.0/24"))
    world.write(policy(FORBID_HOME))
    world.source_ip = source_ip
    assert world.post().status == status


def test_a_forbid_that_cannot_be_evaluated_denies(world: Bridge) -> None:
    world.write(policy('forbid (principal, action, resource) when { context.claims.getTag("absent") == "x" };'))
    assert reason(world.post()) == "policy_denied"


@pytest.mark.parametrize("cedar", ["permit (", 'permit (principal == Nobody::"x", action, resource)'])
def test_policies_that_cannot_be_read_stop_everything(world: Bridge, cedar: str) -> None:
    world.write(policy(cedar))
    response = world.post()
    assert (response.status, reason(response)) == (503, "policy_unavailable")
    assert world.ledger.records == {}


def test_whoever_mends_a_broken_policy_lets_the_very_next_exchange_through(world: Bridge) -> None:
    world.write(policy("permit ("))
    assert world.post().status == 503
    world.write(policy("permit (principal, action, resource);"))
    assert world.post().status == 200


def test_the_strictest_lifetime_of_all_permissions_holds(world: Bridge) -> None:
    world.write(policy('@max_ttl("60s") permit (principal, action, resource in Environment::"prod");'))
    assert body(world.post())["expires_in"] == 60


def test_a_policy_limits_how_many_scopes_go_together(world: Bridge) -> None:
    world.write(policy('@max_scopes("1") permit (principal, action, resource);'))
    assert world.post(scope="risk:read").status == 200
    assert reason(world.post(scope="risk:read risk:write")) == "too_many_scopes"


@pytest.mark.parametrize(
    ("cedar", "expected"),
    [
        ('@require_proof("dpop") permit (principal, action, resource);', "proof_required"),
        ('@require_approval("money") permit (principal, action, resource);', "approval_pending"),
    ],
)
def test_an_obligation_that_is_not_met_is_a_refusal(world: Bridge, cedar: str, expected: str) -> None:
    world.write(policy(cedar))
    assert reason(world.post()) == expected


def test_a_tenants_policy_says_nothing_about_others(world: Bridge) -> None:
    world.write(policy("forbid (principal, action, resource);", tenant="globex"))
    assert world.post().status == 200
    world.write(policy("forbid (principal, action, resource);", tenant="acme"))
    assert reason(world.post()) == "policy_denied"


def test_claims_and_scopes_are_what_policies_see(world: Bridge) -> None:
    world.write(
        policy(
            """
            forbid (principal, action, resource)
            when { context.scopes.contains("risk:write") }
            unless { context.claims.hasTag("ref") && context.claims.getTag("ref") == "refs/heads/main" };
            """
        )
    )
    assert world.post().status == 200
    assert reason(world.post(scope="risk:write")) == "policy_denied"
    assert world.post(subject_token(ref="refs/heads/main"), scope="risk:write").status == 200


def test_the_default_may_be_replaced_and_then_nothing_is_permitted_by_itself(world: Bridge) -> None:
    world.write(policy('permit (principal, action, resource == Audience::"ledger");', "default"))
    assert reason(world.post()) == "policy_denied"


@pytest.mark.parametrize(("age", "status"), [(599, 200), (600, 200), (601, 400)])
def test_a_policy_sees_how_old_the_subject_token_is(world: Bridge, age: int, status: int) -> None:
    world.write(policy('forbid (principal, action, resource) when { context.token_age > duration("10m") };'))
    assert world.post(subject_token(iat=NOW - age, exp=NOW + 300)).status == status
