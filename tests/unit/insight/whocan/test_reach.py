"""Who can reach what, by the documents alone."""

import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.insight.explain.explanation import explain
from federation.insight.explain.question import Identity, Question
from federation.insight.render import render
from federation.insight.snapshot.snapshot import Snapshot
from federation.insight.whocan.reach import MAX_SHOWN, reach_of, who_can
from federation.insight.whocan.values import Acts, Reach
from federation.model.confirmation import CONFIRMATION
from federation.model.json import Json
from tests.support.admin_trust import AGENT, AUDIENCE, BRIDGE, CLAIMS, IDP, ISSUER, MAPPING, NOW, policy, trust
from tests.support.jose_keys import rsa_key

PEOPLE: dict[str, Json] = {
    **MAPPING,
    "id": "people",
    "match": {"sub": "u-*"},
    "principal": "user/{sub}",
    "may_act": ["agent/*"],
}
TOOL: dict[str, Json] = {**AGENT, "id": "tool", "match": {"sub": "tool"}, "principal": "tool/calendar"}
PLANNER: dict[str, Json] = {**AGENT, "may_act": ["tool/*"]}
CLIENT: dict[str, Json] = {
    "kind": "Client",
    "id": "gateway",
    "auth": {"method": "private_key_jwt", "jwks": {"keys": [rsa_key().jwk()]}},
    "audiences": ["risk-engine"],
    "scopes": ["risk:read"],
}
FORBID = "forbid (principal, action, resource"


def ways(snapshot: Snapshot, scope: str | None = None) -> list[Reach]:
    return list(who_can(snapshot, "risk-engine", scope))


def tree(acts: Iterable[Acts]) -> list[object]:
    return [(one.party.principal, tree(one.then)) for one in acts]


def test_a_way_names_issuer_rule_identity_and_ceilings() -> None:
    [way] = ways(trust(CLIENT))
    assert (way.party.mapping, way.party.issuer, way.party.tenant) == ("acme-sync", "acme", "acme")
    assert way.party.match == {"sub": "worker"}
    assert way.scopes == ("risk:read", "risk:write")
    assert way.clients == ("gateway",)
    assert (way.policies, way.usually, way.actors) == ((), True, ())


def test_ways_are_for_the_scope_that_is_asked_for() -> None:
    narrow: dict[str, Json] = {**MAPPING, "grants": [{"audience": "risk-engine", "scopes": ["risk:read"]}]}
    assert [way.scopes for way in ways(trust(), "risk:read")] == [("risk:read",)]
    assert ways(trust(narrow), "risk:write") == []
    assert ways(trust({**AUDIENCE, "scopes": ["risk:read"]}), "risk:write") == []


@pytest.mark.parametrize(
    "body",
    [
        {**MAPPING, "enabled": False},
        {**MAPPING, "dangerous": True},
        {**ISSUER, "enabled": False},
        {**AUDIENCE, "enabled": False},
        {**AUDIENCE, "tenant": "globex"},
        {**ISSUER, "environments": ["dev"]},
    ],
)
def test_what_a_decision_would_refuse_in_any_case_is_no_way(body: dict[str, Json]) -> None:
    assert ways(trust(body)) == []


def test_policies_that_may_have_a_say_are_listed_with_their_heads() -> None:
    snapshot = trust(
        policy("always", f"{FORBID});"),
        policy("at-night", f'{FORBID} in Environment::"prod") when {{ context.weekday > 5 }};'),
        policy("elsewhere", f'{FORBID} == Audience::"other");'),
        policy("others", 'forbid (principal == Principal::"partner/x", action, resource);'),
        policy("globex", f"{FORBID});", tenant="globex"),
        policy("key", '@require_proof("dpop") permit (principal in Tenant::"acme", action, resource);'),
    )
    [way] = ways(snapshot)
    assert [(say.policy, say.verdict, say.head) for say in way.policies] == [
        ("always", "forbids", ""),
        ("at-night", "may forbid", "resource in Environment::prod"),
        ("key", "demands", "principal in Tenant::acme"),
    ]
    assert way.policies[2].obligations == {"require_proof": ["dpop"]}
    assert way.usually is False


def test_of_a_template_nobody_knows_what_the_policies_say_before_there_is_a_token() -> None:
    snapshot = trust(PEOPLE, policy("eve", 'forbid (principal == Principal::"user/u-eve", action, resource);'))
    way = next(way for way in ways(snapshot) if way.party.mapping == "people")
    assert way.usually is None
    assert [say.policy for say in way.policies] == ["eve"]


def test_delegation_is_shown_as_far_as_it_goes() -> None:
    way = next(way for way in ways(trust(PEOPLE, PLANNER, TOOL)) if way.party.mapping == "people")
    assert tree(way.actors) == [("agent/planner", [("tool/calendar", [])])]
    assert way.actors[0].by == "agent/*"


def test_cycles_are_cut_and_chains_end_at_four_actors() -> None:
    ring = [
        {**TOOL, "id": f"t{n}", "match": {"sub": f"t{n}"}, "principal": f"tool/{n}", "may_act": [f"tool/{(n + 1) % 7}"]}
        for n in range(7)
    ]
    first: dict[str, Json] = {**MAPPING, "may_act": ["tool/0"]}
    [way] = ways(trust(first, *ring))
    assert tree(way.actors) == [("tool/0", [("tool/1", [("tool/2", [("tool/3", [])])])])]
    pair = [{**one, "may_act": ["tool/*"]} for one in ring[:2]]
    [way] = ways(trust(first, *pair))
    assert tree(way.actors) == [("tool/0", [("tool/1", [])])]


def test_another_tenants_actor_is_no_edge() -> None:
    globex: dict[str, Json] = {**ISSUER, "id": "globex", "tenant": "globex", "issuer": "https://idp.globex.example.com"}
    stranger: dict[str, Json] = {**AGENT, "id": "stranger", "issuer": "globex", "principal": "agent/stranger"}
    [way] = ways(trust({**MAPPING, "may_act": ["agent/*"]}, globex, stranger))
    assert tree(way.actors) == [("agent/planner", [])]


def test_a_tree_that_nobody_could_read_is_cut_and_says_so() -> None:
    many = [{**AGENT, "id": f"a{n}", "match": {"sub": f"a{n}"}, "principal": f"agent/{n}"} for n in range(30)]
    [way] = ways(trust({**MAPPING, "may_act": ["agent/*"]}, *many))
    assert len(way.actors) == MAX_SHOWN
    assert [one.cut for one in way.actors] == [False] * (MAX_SHOWN - 1) + [True]


def test_a_principal_reaches_what_it_is_granted_and_acts_for_whom_it_may() -> None:
    reach = reach_of(trust(PEOPLE, PLANNER, TOOL), "agent/planner")
    assert [(way.audience, way.scopes) for way in reach.itself] == [("bridge", ("act",))]
    assert tree(reach.acts_for) == [("user/{sub}", [])]
    further = reach_of(trust(PEOPLE, PLANNER, TOOL), "tool/calendar")
    assert tree(further.acts_for) == [("agent/planner", [("user/{sub}", [])])]


def test_a_template_counts_for_every_principal_that_it_could_yield() -> None:
    anybody: dict[str, Json] = {**PEOPLE, "match": {"department": "sales"}}
    assert [way.party.mapping for way in reach_of(trust(anybody), "user/ada").itself] == ["people"]
    assert reach_of(trust(anybody), "user/ada/x").itself == ()


def test_a_template_is_taken_for_nobody_whom_its_match_keeps_out() -> None:
    assert [way.party.mapping for way in reach_of(trust(PEOPLE), "user/u-ada").itself] == ["people"]
    assert reach_of(trust(PEOPLE), "user/ada").itself == ()


def test_whoever_may_act_is_held_to_what_a_match_says_too() -> None:
    agents: dict[str, Json] = {**AGENT, "match": {"sub": "batch-*"}, "principal": "agent/{sub}"}
    named: dict[str, Json] = {**MAPPING, "may_act": ["agent/batch-7", "agent/web-*"]}
    [way] = ways(trust(agents, named))
    assert [edge.by for edge in way.actors] == ["agent/batch-7"]
    [way] = ways(trust(agents, {**named, "may_act": ["agent/web-*"]}))
    assert way.actors == ()


def test_of_a_template_that_a_match_pins_policies_know_everything() -> None:
    pinned: dict[str, Json] = {**MAPPING, "principal": "partner/acme/{sub}"}
    eve = policy("eve", 'forbid (principal == Principal::"partner/acme/eve", action, resource);')
    worker = policy("worker", 'forbid (principal == Principal::"partner/acme/worker", action, resource);')
    [way] = ways(trust(pinned, eve, worker))
    assert [say.policy for say in way.policies] == ["worker"]
    assert way.usually is False


def test_what_is_dangerous_about_a_rule_is_said_in_words() -> None:
    confirmed: dict[str, Json] = {"dangerous": True, CONFIRMATION: {"issuer": IDP}}
    open_: dict[str, Json] = {**MAPPING, **confirmed, "may_act": ["*/planner"]}
    [way] = ways(trust(open_))
    assert [words.partition(":")[0] for words in way.party.dangers] == [
        "the Mapping is dangerous",
        "actors of every namespace may act for it",
    ]
    assert ways(trust())[0].party.dangers == ()


def test_an_audience_that_does_not_exist_is_reached_by_nobody() -> None:
    assert who_can(trust(), "nowhere") == ()


def test_who_can_is_json() -> None:
    for found in (who_can(trust(PEOPLE, PLANNER, TOOL), "risk-engine"), reach_of(trust(PEOPLE, PLANNER), "user/ada")):
        assert json.loads(json.dumps(render(found))) == render(found)


@given(
    st.sets(st.sampled_from(["risk:read", "risk:write"]), min_size=1),
    st.sets(st.sampled_from(["risk:read", "risk:write"]), min_size=1),
    st.sampled_from([None, "acme", "globex"]),
    st.booleans(),
)
def test_whoever_is_allowed_has_a_way(granted: set[str], exist: set[str], tenant: str | None, enabled: bool) -> None:
    grants: list[Json] = [{"audience": "risk-engine", "scopes": sorted(granted)}]
    audience: dict[str, Json] = {**AUDIENCE, "scopes": sorted(exist), "enabled": enabled}
    snapshot = trust({**MAPPING, "grants": grants}, audience if tenant is None else {**audience, "tenant": tenant})
    for scope in ("risk:read", "risk:write"):
        question = Question(Identity(CLAIMS), NOW, audiences=("risk-engine",), scopes=(scope,))
        assert explain(snapshot, question, BRIDGE).allowed == bool(who_can(snapshot, "risk-engine", scope))
