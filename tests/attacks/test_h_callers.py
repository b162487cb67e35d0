"""Keys, clients and impersonation in chains (ATTACKS H7-H9). Who may act for whom: test_h_delegation.py."""

from collections.abc import Iterator

import pytest

from federation.model.json import Json
from federation.model.tokens import Caller
from federation.oauth.http import HttpResponse
from tests.support.bound_world import NEW, OLD, OTHER, Bound, bound_delegation
from tests.support.delegation_world import claims_of
from tests.support.dpop import jkt
from tests.support.exchange_world import body, reason
from tests.support.policy_world import IMPERSONATE, Decisions, agent, client, outcome_of, own, registered, root
from tests.support.trust_values import audience

REQUIRED = ("invalid_request", "proof_required")


@pytest.fixture
def world() -> Iterator[Bound]:
    with bound_delegation() as made:
        yield made


def refusal(response: HttpResponse) -> tuple[str, str]:
    assert response.status == 400
    return str(body(response)["error"]), reason(response)


def test_H7_a_bound_token_takes_a_proof_of_its_own_key(world: Bound) -> None:
    people, alice = world.world, world.world.token("alice")
    token = world.exchange(OLD, alice)
    assert claims_of(token)["cnf"] == {"jkt": jkt(OLD)}
    for key in (None, OTHER):
        assert refusal(world.post(key, token, people.token("planner"))) == REQUIRED
    longer = world.exchange(OLD, token, people.token("planner"))
    assert claims_of(longer)["cnf"] == {"jkt": jkt(OLD)}


def test_H7_another_key_takes_over_only_with_proof_by_both(world: Bound) -> None:
    planner, token = world.world.token("planner"), world.exchange(OLD, world.world.token("alice"))
    handed_on = world.exchange(NEW, token, planner, subject_token_proof=world.vouched(token, OLD, NEW))
    assert claims_of(handed_on)["cnf"] == {"jkt": jkt(NEW)}
    for_another = world.vouched(token, OLD, OTHER)
    by_a_stranger = world.vouched(token, OTHER, NEW)
    for forged in (for_another, by_a_stranger):
        assert world.post(NEW, token, planner, subject_token_proof=forged).status == 400


@pytest.mark.parametrize("slot", ["subject", "actor"])
def test_H7_a_foreign_bound_token_takes_its_proof_in_either_slot(world: Bound, slot: str) -> None:
    people, cnf = world.world, {"jkt": jkt(OLD)}
    subject = people.token("alice", **({"cnf": cnf} if slot == "subject" else {}))
    actor = people.token("planner", **({"cnf": cnf} if slot == "actor" else {}))
    assert refusal(world.post(OTHER, subject, actor)) == REQUIRED
    assert claims_of(world.exchange(OLD, subject, actor))["cnf"] == cnf


@pytest.mark.parametrize("presenter", [Caller(), registered(client("client-b")), registered(client("gateway-2"))])
def test_H8_a_client_cannot_exchange_a_token_that_was_issued_to_another(presenter: Caller) -> None:
    world, theirs = (
        Decisions(texts={"p": IMPERSONATE}),
        own(client_id="gateway", registered_client="gateway", client_version=1),
    )
    error = world.refused(subject=theirs, caller=presenter)
    assert outcome_of(error) == ("invalid_request", "client_not_permitted")
    assert world.decide(subject=theirs, caller=registered())


def test_H8_an_explicit_edge_from_one_to_the_other_is_an_actor_that_may_act() -> None:
    theirs, other = own(registered_client="gateway", client_version=1), registered(client("client-b"))
    assert Decisions().decide(subject=theirs, caller=other, acting=agent()).client_id == "client-b"
    error = Decisions().refused(subject=theirs, caller=other, acting=agent(), who=root(may_act=["agent/x"]))
    assert outcome_of(error) == ("invalid_request", "actor_not_permitted")


def test_H8_an_actors_token_that_was_issued_to_another_client_proves_nothing() -> None:
    bridge = audience("bridge", resource="https://federation.example.com")
    stolen = agent(own(registered_client="gateway", client_version=1, audiences=("bridge",)))
    for presenter in (Caller(), registered(client("client-b"))):
        error = Decisions((audience(), bridge)).refused(acting=stolen, caller=presenter)
        assert outcome_of(error) == ("invalid_request", "client_not_permitted")


def test_H8_a_tenants_client_presents_nobody_elses_identities() -> None:
    error = Decisions().refused(caller=registered(client(tenant="globex")))
    assert outcome_of(error) == ("invalid_request", "client_not_permitted")


BROAD = [
    "permit (principal, action, resource);",
    'permit (principal, action, resource) when { action == Action::"impersonate" };',
    'permit (principal == Principal::"user/acme/alice", action, resource);',
]


def policy(cedar: str, name: str = "p") -> dict[str, Json]:
    return {"kind": "Policy", "id": name, "cedar": cedar}


@pytest.mark.parametrize("cedar", BROAD)
def test_H9_what_permits_everything_permits_no_impersonation(world: Bound, cedar: str) -> None:
    world.world.write(policy(cedar))
    world.world.write(policy('permit (principal, action == Action::"impersonate", resource == Audience::"mail");', "q"))
    for token in (world.exchange(None, world.world.token("alice")), world.world.delegated("planner")):
        assert refusal(world.post(None, token)) == ("invalid_request", "actor_required")


def test_H9_a_permit_that_names_it_permits_it_and_nothing_gets_cleaner(world: Bound) -> None:
    world.world.write(policy(IMPERSONATE))
    token = world.world.delegated("planner", scope="cal:read")
    narrower = claims_of(world.exchange(None, token, audience="calendar"))
    before = claims_of(token)
    assert (narrower["act"], narrower["sub"], narrower["scope"]) == (before["act"], before["sub"], "cal:read")
    assert narrower["exp"] <= before["exp"]
    assert narrower["fed"]["chain"][-1]["jti"] == before["jti"]
    assert refusal(world.post(None, token, scope="cal:write"))[0] == "invalid_scope"
    assert refusal(world.post(None, token, audience="lab"))[0] == "invalid_target"


def test_H9_a_forbid_holds_for_impersonation_whatever_else_permits_it(world: Bound) -> None:
    world.world.write(policy(IMPERSONATE))
    world.world.write(policy("forbid (principal, action, resource) unless { context has actor };", "actors"))
    token = world.world.delegated("planner")
    assert refusal(world.post(None, token)) == ("invalid_request", "actor_required")


def test_H9_leaving_the_actor_out_of_a_bound_token_does_not_shed_its_key(world: Bound) -> None:
    world.world.write(policy(IMPERSONATE))
    token = world.exchange(OLD, world.world.token("alice"))
    assert refusal(world.post(None, token)) == REQUIRED
    assert claims_of(world.exchange(OLD, token))["cnf"] == {"jkt": jkt(OLD)}
