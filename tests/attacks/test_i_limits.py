"""What clients, keys and purposes add to the limits of what is issued (ATTACKS I1, I3, I4, I6, I7)."""

import json
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from federation.model.authorization import Link
from federation.model.binding import Binding, ProvenKeys
from federation.model.json import Json
from federation.model.trust import Audience
from tests.support.bound_world import NEW, OLD, Bound, bound_delegation
from tests.support.delegation_world import alice, claims_of, issuer_document
from tests.support.dpop import jkt
from tests.support.exchange_world import body, reason
from tests.support.policy_world import IMPERSONATE, Decisions, agent, client, outcome_of, own, registered, root, want
from tests.support.trust_values import NOW, audience, grant, mapped

SCOPE, TARGET = ("invalid_scope", "scope_not_granted"), ("invalid_target", "target_not_granted")
REQUIRED = ("invalid_request", "proof_required")


@pytest.fixture
def world() -> Iterator[Bound]:
    with bound_delegation() as made:
        yield made


def test_I1_a_scope_beyond_the_clients_is_refused_whole() -> None:
    narrow = registered(client(scopes=("risk:read",)))
    for scopes in (("risk:write",), ("risk:read", "risk:write")):
        assert outcome_of(Decisions().refused(want(scopes=scopes), caller=narrow)) == SCOPE
    assert Decisions().decide(caller=narrow).scopes == ("risk:read",)


def test_I1_an_omitted_scope_is_the_default_even_where_the_client_may_have_everything() -> None:
    assert Decisions().decide(caller=registered()).scopes == ("risk:read",)


@pytest.mark.parametrize("scope", ["risk", "risk:*", "RISK:READ", "risk:rea", "*"])
def test_I2_a_clients_scopes_are_compared_whole(scope: str) -> None:
    wide = registered(client(scopes=(scope,)))
    assert outcome_of(Decisions().refused(want(scopes=("risk:read",)), caller=wide)) == SCOPE


CERTIFICATE = ProvenKeys(certificate="leaf", certificate_expires_at=NOW + 120)


def test_I3_a_token_outlives_no_certificate_that_it_rests_on() -> None:
    bound = Decisions((audience(sender_constraint="mtls"),))
    assert bound.decide(proven=CERTIFICATE).lifetime == 120
    assert Decisions().decide(caller=registered(expires_at=NOW + 90)).lifetime == 90
    soon = replace(CERTIFICATE, certificate_expires_at=NOW + 29)
    assert outcome_of(bound.refused(proven=soon)) == ("invalid_request", "token_expires_too_soon")


def test_I4_a_client_reaches_no_audience_beyond_its_own() -> None:
    known: tuple[Audience, ...] = (audience(), audience("ledger"))
    who = mapped(grant(), grant("ledger"))
    for targets in (("ledger",), ("risk-engine", "ledger")):
        assert outcome_of(Decisions(known).refused(want(*targets), caller=registered(), who=who)) == TARGET


@pytest.mark.parametrize("name", ["people", "agents"])
def test_I4_a_dev_issuer_reaches_nothing_in_production_whatever_is_granted(world: Bound, name: str) -> None:
    people = world.world
    token = people.delegated("planner")
    people.write(issuer_document(name, environments=["dev"]))
    people.world.clock.advance(31)
    fresh = {"iat": NOW + 31, "exp": NOW + 300}
    response = people.post(people.token("alice", **fresh), people.token("planner", **fresh))
    assert (body(response)["error"], reason(response)) == TARGET
    response = people.post(token, people.token("tool-1", **fresh))
    assert (body(response)["error"], reason(response)) == TARGET
    assert people.post(people.token("alice", **fresh), people.token("planner", **fresh), audience="lab").status == 200


def test_I6_a_token_of_type_DPoP_and_a_bound_token_are_the_same_thing(world: Bound) -> None:
    answer = world.answer(OLD, world.world.token("alice"))
    assert answer["token_type"] == "DPoP"
    assert claims_of(answer["access_token"])["cnf"] == {"jkt": jkt(OLD)}
    answer = world.answer(None, world.world.token("alice"))
    assert answer["token_type"] == "Bearer"
    assert "cnf" not in claims_of(answer["access_token"])


def test_I6_no_hop_of_a_chain_sheds_the_key(world: Bound) -> None:
    token = world.exchange(OLD, world.world.token("alice"))
    for actor in ("planner", "tool-1", "tool-2"):
        presented = world.world.token(actor)
        assert reason(world.post(None, token, presented)) == "proof_required"
        assert world.post(NEW, token, presented).status == 400
        token = world.exchange(OLD, token, presented)
        assert claims_of(token)["cnf"] == {"jkt": jkt(OLD)}


@pytest.mark.parametrize("proven", [ProvenKeys(), ProvenKeys(previous="old"), ProvenKeys(dpop="new")])
def test_I6_a_token_bound_to_a_certificate_takes_that_certificate(proven: ProvenKeys) -> None:
    ours = own(binding=Binding(x5t_s256="leaf"))
    assert outcome_of(Decisions().refused(subject=ours, acting=agent(), proven=proven)) == REQUIRED
    both = replace(proven, certificate="leaf")
    assert Decisions().decide(subject=ours, acting=agent(), proven=both).binding is not None


@pytest.mark.parametrize("constraint", ["dpop", "mtls", "any"])
def test_I6_an_audience_that_wants_a_key_gets_no_bearer_token(world: Bound, constraint: str) -> None:
    changed: dict[str, Json] = {
        "kind": "Audience",
        "id": "tools",
        "environment": "prod",
        "scopes": ["cal:read"],
        "sender_constraint": constraint,
    }
    world.world.world.write(changed)
    assert reason(world.post(None, world.world.token("alice"))) == "proof_required"
    assert world.post(OLD, world.world.token("alice")).status == (400 if constraint == "mtls" else 200)


def test_I7_no_line_has_more_than_eight_tokens() -> None:
    chain = tuple(Link(f"j-{number + 2}", "c", "m", "i") for number in range(8))
    error = Decisions(texts={"p": IMPERSONATE}).refused(subject=own(chain=chain))
    assert outcome_of(error) == ("invalid_request", "chain_too_long")


REFUND: Json = {"type": "tool_call", "purpose": "refund"}


@pytest.fixture
def with_purposes(world: Bound) -> Bound:
    kinds: list[Json] = [{"type": "tool_call", "fields": {"purpose": ["refund", "report"]}, "required": ["purpose"]}]
    grants: list[Json] = []
    for name in ("tools", "calendar"):
        document: dict[str, Json] = {"kind": "Audience", "id": name, "environment": "prod", "scopes": ["cal:read"]}
        world.world.world.write({**document, "authorization_details": kinds})
        grants.append({"audience": name, "scopes": ["cal:read"], "authorization_details": ["tool_call"]})
    grants.append({"audience": "mail", "scopes": ["cal:read"]})
    world.world.write(alice(grants=grants))
    world.world.world.write({"kind": "Audience", "id": "mail", "environment": "prod", "scopes": ["cal:read"]})
    return world


def asking_for(*details: Json) -> dict[str, Json]:
    return {"authorization_details": json.dumps(details)}


def test_I1_a_purpose_is_never_left_behind_or_exchanged_for_another(with_purposes: Bound) -> None:
    people, refused = with_purposes.world, ("invalid_authorization_details", "details_not_granted")
    token = people.exchange(people.token("alice"), people.token("planner"), **asking_for(REFUND))
    assert claims_of(token)["authorization_details"] == [REFUND]
    handed_on = people.exchange(token, people.token("tool-1"), audience="calendar")
    assert claims_of(handed_on)["authorization_details"] == [REFUND]
    report: Json = {"type": "tool_call", "purpose": "report"}
    for changes in (asking_for(report), asking_for(REFUND, report), {"audience": "mail"}):
        response = people.post(token, people.token("tool-1"), **changes)
        assert (body(response)["error"], reason(response)) == refused
    without = people.delegated("planner")
    response = people.post(without, people.token("tool-1"), **asking_for(REFUND))
    assert (body(response)["error"], reason(response)) == refused


def test_I1_one_purpose_is_not_two_however_often_it_is_named(with_purposes: Bound) -> None:
    people, refused = with_purposes.world, ("invalid_authorization_details", "details_not_granted")
    both: Json = {"type": "tool_call", "purpose": ["refund", "report"]}
    report: Json = {"type": "tool_call", "purpose": "report"}
    token = people.exchange(people.token("alice"), people.token("planner"), **asking_for(both, REFUND))
    for details in ((REFUND, REFUND, REFUND), (report, report), (both, both), (REFUND, report, REFUND)):
        response = people.post(token, people.token("tool-1"), **asking_for(*details))
        assert (body(response)["error"], reason(response)) == refused, details
    twice: Json = {"type": "tool_call", "purpose": ["refund", "refund"]}
    response = people.post(token, people.token("tool-1"), **asking_for(twice))
    assert reason(response) == "details_invalid"
    handed_on = people.exchange(token, people.token("tool-1"), **asking_for(REFUND, report))
    assert claims_of(handed_on)["authorization_details"] == [REFUND, report]


def test_I1_nothing_is_trimmed_unless_the_grant_says_so(world: Bound) -> None:
    people = world.world
    asked: dict[str, Json] = {"scope": "cal:read mail:send"}
    assert reason(people.post(people.token("alice"), **asked)) == "scope_not_granted"
    people.write(alice(grants=[{"audience": "tools", "scopes": ["cal:read"], "trim": True}]))
    people.world.clock.advance(31)
    response = people.post(people.token("alice", iat=NOW + 31), **asked)
    assert body(response)["scope"] == "cal:read"


def test_I6_our_own_token_without_a_key_may_be_bound_to_one() -> None:
    assert Decisions().decide(
        subject=own(), acting=agent(), proven=ProvenKeys(dpop="new"), who=root()
    ).binding == Binding(jkt="new")
