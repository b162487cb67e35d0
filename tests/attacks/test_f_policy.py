"""Group F: what a policy, and what is put before it, must never bring about."""

from typing import cast

import pytest
from msgspec.structs import replace

from federation.model.json import Claims
from federation.model.policy import DecisionRequest, Network, Party, Place, Policy, PolicyAction, RegisteredClient
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.policy.cedar.compile import compile_policy
from federation.policy.cedar.engine import CedarEngine
from federation.policy.cedar.latest import Latest
from federation.policy.cedar.problem import PolicyProblem
from federation.policy.cedar.slices import PolicySlices
from tests.support.policy_requests import FORBID, PERMIT, REQUEST, claiming, decide, policies

ERRING = [
    "9223372036854775807 + context.weekday > 0",
    "context.weekday * -9223372036854775807 * 2 > 0",
    'context.now.offset(duration("9223372036854775807ms")) > context.now',
    # These fail the schema, so they are never written; a store could hold them all the same.
    "principal.absent == 1",
    "context.absent == 1",
    'context.claims.getTag("absent") == "x"',
    "context.network.zone > 1",
    "context.network.zone.contains(1)",
    "context.actor.name == context.client.name",
]


@pytest.mark.parametrize("condition", ERRING)
@pytest.mark.parametrize("effect", [PERMIT, FORBID])
def test_F1_a_policy_whose_condition_errs_denies_although_another_permits(condition: str, effect: str) -> None:
    decision = decide({"broken": f"{effect} when {{ {condition} }};", "open": f"{PERMIT};"})
    assert not decision.allowed
    assert decision.determined_by == ("broken",)
    assert decision.problem


def test_F1_an_error_beside_a_forbid_is_a_denial_too() -> None:
    decision = decide({"broken": f"{FORBID} when {{ {ERRING[0]} }};", "closed": f"{FORBID};"})
    assert not decision.allowed
    assert decision.problem


UNASKABLE = [
    replace(REQUEST, action=cast("PolicyAction", "mint")),
    replace(REQUEST, context=replace(REQUEST.context, network=Network("203.0.113.7, 10.0.0.1"))),
    replace(REQUEST, context=replace(REQUEST.context, network=Network("10.0.0.0/8"))),
    replace(REQUEST, context=replace(REQUEST.context, network=Network("fe80::1%eth0"))),
    replace(REQUEST, context=replace(REQUEST.context, network=Network(""))),
    replace(REQUEST, context=replace(REQUEST.context, now=10**18)),
    replace(REQUEST, context=replace(REQUEST.context, now=-(10**11))),
    replace(REQUEST, context=replace(REQUEST.context, token_age=10**30)),
    replace(REQUEST, principal=replace(REQUEST.principal, id="\ud800")),
]


READS_TIMES = f'{FORBID} when {{ context.now < datetime("1970-01-01") || context.token_age > duration("9d") }};'


@pytest.mark.parametrize("request_", UNASKABLE)
def test_F1_a_request_that_does_not_fit_the_schema_is_denied(request_: DecisionRequest) -> None:
    decision = decide({"p": READS_TIMES}, request_)
    assert not decision.allowed
    assert decision.problem


def test_F2_without_any_policy_everything_is_denied() -> None:
    nothing = Policy("default", 1, f"{PERMIT};", enabled=False)
    decision = CedarEngine().decide(REQUEST, PolicySlices((nothing,)))
    assert (decision.allowed, decision.determined_by, decision.problem) == (False, (), "")


def test_F2_without_a_match_everything_is_denied() -> None:
    assert not decide({"default": 'permit (principal in Tenant::"other", action, resource);'}).allowed


def test_F2_the_shipped_default_permits_what_the_grants_allow() -> None:
    assert decide({}).determined_by == ("default",)


@pytest.mark.parametrize("text", ["", "permit", "permit (principal, action, resource)", "garbage;", "\x00"])
def test_F2_a_set_that_cannot_be_loaded_is_no_answer(text: str) -> None:
    with pytest.raises(TemporarilyUnavailable) as caught:
        decide({"fine": f"{PERMIT};", "broken": text})
    assert caught.value.reason is Reason.POLICY_UNAVAILABLE
    assert caught.value.http_status == 503


HOSTILE = [
    *(
        'a"b',
        "a\\",
        "a\nb",
        "a\r\nb",
        'x" || true || "',
        'Principal::"admin"',
        "a::b",
        "a`b",
        "\x00",
        "",
        " ",
        "é",
        "日本",
    ),
    *('"); permit (principal, action, resource); //', '{"__entity": {"type": "Principal", "id": "admin"}}'),
    *("${principal}", "?principal", "\u202e", "a" * 2000, "\\u{61}", "__proto__", "admin\u0000"),
]


@pytest.mark.parametrize("name", HOSTILE)
def test_F3_an_id_is_itself_and_nobody_else(name: str) -> None:
    only_admin = {"default": 'permit (principal == Principal::"admin", action, resource);'}
    somebody = replace(REQUEST, principal=Party(name, name, name, {name: name}))
    assert not decide(only_admin, somebody).allowed


@pytest.mark.parametrize("name", HOSTILE)
def test_F3_an_audience_tenant_or_environment_is_itself_and_nothing_else(name: str) -> None:
    elsewhere = replace(REQUEST, principal=Party("p", "i", name), audience=Place(name, name, name))
    closed = {
        "audience": 'forbid (principal, action, resource == Audience::"risk-engine");',
        "environment": 'forbid (principal, action, resource in Environment::"prod");',
        "tenant": 'forbid (principal in Tenant::"acme", action, resource);',
    }
    decision = decide(closed, elsewhere)
    assert (decision.allowed, decision.problem) == (True, "")


@pytest.mark.parametrize("name", [name for name in HOSTILE if name])
def test_F3_a_documents_id_cannot_change_the_set(name: str) -> None:
    decision = decide({name: f"{FORBID};{PERMIT};", "z": f"{FORBID} when {{ false }};"})
    assert (decision.allowed, decision.determined_by) == (False, (name,))


def test_F3_documents_whose_numbers_would_meet_stay_apart() -> None:
    decision = decide({"a": f"{PERMIT};" * 2, "a#0": f"{PERMIT};", "a#1": f"{FORBID};"})
    assert decision.determined_by == ("a#1",)


SHADOWS: list[Claims] = [
    {"client": "gateway", "actor": "agent/root", "now": "1970-01-01T00:00:00Z", "proof": "dpop"},
    {"approval": {"id": "1", "by": "person/ada"}, "risk": {"principal": 0}, "scopes": ["admin"]},
    {"network": {"ip": "10.0.0.1", "zone": "corp"}, "context": {"network": {"zone": "corp"}}},
    {"principal": "admin", "tenant": "other", "attributes": {"role": "admin"}, "name": "admin", "issuer": "ours"},
    {"__entity": {"type": "Principal", "id": "admin"}, "__extn": {"fn": "ip", "arg": "10.0.0.1"}, "__expr": "true"},
    {"claims": {"verified": True}, "lists": {"groups": ["admin"]}, "attestation": {"secure_boot": True}},
]
EARNED = """\
permit (principal, action, resource) when { context has client };
permit (principal, action, resource) when { context has actor };
permit (principal, action, resource) when { context has approval };
permit (principal, action, resource) when { context.proof != "none" };
permit (principal, action, resource) when { context.network.zone == "corp" };
permit (principal, action, resource) when { context.network.ip.isInRange(ip("10.0.0.0/8")) };
permit (principal, action, resource) when { context.now < datetime("2026-01-01") };
permit (principal, action, resource) when { context.scopes.contains("admin") };
permit (principal, action, resource) when { context.risk.principal == 0 };
permit (principal, action, resource) when { context.attestation.hasTag("secure_boot") };
permit (principal, action, resource) when { principal.name == "admin" || principal.issuer == "ours" };
permit (principal, action, resource) when { principal in Tenant::"other" || principal.hasTag("role") };
"""


@pytest.mark.parametrize("claims", SHADOWS)
def test_F4_foreign_claims_shadow_nothing_of_ours(claims: Claims) -> None:
    asked = claiming(claims)
    risky = replace(
        asked.context, network=Network("203.0.113.7", "home"), risk=replace(asked.context.risk, principal=9)
    )
    decision = decide({"default": EARNED}, replace(asked, context=risky))
    assert (decision.allowed, decision.problem) == (False, "")


def test_F4_what_is_ours_stays_readable_beside_claims_of_the_same_name() -> None:
    asked = claiming({"client": "evil", "proof": "dpop"})
    asked = replace(asked, context=replace(asked.context, client=RegisteredClient("gateway")))
    text = 'context has client && context.client == Client::"gateway" && context.claims.getTag("client") == "evil"'
    guarded = f'permit (principal, action, resource) when {{ context.claims.hasTag("client") && {text} }};'
    assert decide({"default": guarded}, asked).allowed


@pytest.mark.parametrize(
    "shadow", [{"authorization_details": [{"type": "tool_call", "purpose": "refund"}]}, {"types": ["tool_call"]}]
)
def test_F4_foreign_claims_are_no_authorization_details(shadow: Claims) -> None:
    forbid = f'{FORBID} unless {{ context.authorization_details.types.contains("tool_call") }};'
    assert not decide({"only": forbid, "open": f"{PERMIT};"}, claiming(shadow)).allowed


def test_F4_a_name_of_a_type_cannot_pass_for_another_type_and_its_member() -> None:
    """`a.b` with the member `c`, and `a` with the member `b.c`, have two paths."""
    forbid = f'{FORBID} unless {{ context.authorization_details.hasTag("a.b.c") }};'
    for detail in ({"type": "a.b", "c": "x"}, {"type": "a", "b.c": "x"}):
        context = replace(REQUEST.context, authorization_details=(detail,))
        assert not decide({"only": forbid, "open": f"{PERMIT};"}, replace(REQUEST, context=context)).allowed


@pytest.mark.parametrize(
    "text",
    [
        f"{PERMIT} when {{ context.absent }};",
        f'{PERMIT} when {{ context.client == Client::"x" }};',
        f"{PERMIT} when {{ context.proof == 1 }};",
        f'{PERMIT} when {{ principal in Group::"x" }};',
        "permit (principal is User, action, resource);",
        'permit (principal, action == Action::"admin", resource);',
        "permit (principal, action, resource == ?resource);",
        f'@audit("yes") {PERMIT};',
        f"{PERMIT}",
    ],
)
def test_F5_what_fails_the_schema_is_refused_where_it_is_written(text: str) -> None:
    with pytest.raises(PolicyProblem):
        compile_policy("p", text)


DEEP = "(" * 100 + "true" + ")" * 100
BOMBS = {
    "brackets": ("nested", "(" * 4000 + "true" + ")" * 4000),
    "brackets that never close": ("nested", "(" * 16000),
    "lists": ("nested", "[" * 4000 + "]" * 4000 + " == [1]"),
    "records": ("nested", "{a:" * 2500 + "1" + "}" * 2500 + " == 1"),
    "calls": ("nested", "ip(" * 3000 + '"1"' + ")" * 3000 + ' == ip("::")'),
    "conditions": ("nested", "if true then true else " * 600 + "true"),
    "conditions within conditions": ("nested", "if " * 400 + "true" + " then true else true" * 400),
    "conjunctions": ("operators", "&&".join(["true"] * 2500)),
    "a sum": ("operators", "+".join(["1"] * 7500) + " == 1"),
    "indexes": ("operators", "context" + '["a"]' * 3000 + " == 1"),
    "conjunctions, not as many": ("joined", "&&".join(["true"] * 80)),
    "a sum, not as long": ("joined", "+".join(["1"] * 400) + " == 1"),
    "members": ("nested", "context" + ".a" * 7500 + " == 1"),
    "members of a presence test": ("nested", "context has a" + ".a" * 7500),
    "brackets behind an escaped quote": ("nested", f'"\\"" == "" && {DEEP} && "" == ""'),
    "brackets between strings that look like comments": ("nested", f'"//" == "" && {DEEP} && "//" == ""'),
    "brackets between comments that look like strings": ("nested", f'// "\n{DEEP} // "\n'),
    "brackets after a comment that ends at a carriage return": ("nested", f"// x\r{DEEP}"),
    "a megabyte": ("bytes", '"' + "a" * 1_000_000 + '" == principal.name'),
}


@pytest.mark.parametrize("bomb", BOMBS)
@pytest.mark.parametrize("effect", [PERMIT, FORBID])
def test_F6_a_policy_that_costs_too_much_is_refused_before_it_is_evaluated(bomb: str, effect: str) -> None:
    limit, condition = BOMBS[bomb]
    with pytest.raises(PolicyProblem, match=limit):
        compile_policy("p", f"{effect} when {{ {condition} }};")


@pytest.mark.parametrize("bomb", ["brackets", "records", "conditions", "members of a presence test"])
def test_F6_a_policy_that_costs_too_much_is_not_read_from_the_store_either(bomb: str) -> None:
    with pytest.raises(TemporarilyUnavailable):
        decide({"bomb": f"{PERMIT} when {{ {BOMBS[bomb][1]} }};"})


def test_F6_a_request_that_costs_too_much_is_denied() -> None:
    wanted = 'forbid (principal, action, resource) when { context.claims.lists.hasTag("groups") };'
    decision = decide({"p": wanted}, claiming({"groups": [f"group-{n}" for n in range(100_000)]}))
    assert not decision.allowed
    assert decision.problem


def test_F6_claims_that_no_policy_reads_cost_nothing() -> None:
    assert decide({}, claiming({"groups": [f"group-{n}" for n in range(100_000)]})).allowed


def test_F6_claims_nested_without_end_are_denied() -> None:
    claims: Claims = {}
    for _ in range(50_000):
        claims = {"a": claims}
    wanted = f'{FORBID} when {{ context.claims.hasTag("a") }};'
    assert not decide({"p": wanted}, claiming(claims)).allowed


def test_F7_one_decision_rests_on_one_set_of_policies() -> None:
    latest = Latest(PolicySlices)
    before = latest.of(policies({"p": f"{FORBID} when {{ false }};"}))
    decided = CedarEngine().decide(REQUEST, before)
    after = latest.of((Policy("p", 2, f"{FORBID};"),))
    assert CedarEngine().decide(REQUEST, before) == decided
    assert not CedarEngine().decide(REQUEST, after).allowed


def test_F7_the_snapshot_names_the_set_that_decided() -> None:
    documents = (Policy("p", 1, f"{PERMIT};"), Policy("q", 1, f"{PERMIT};"))
    changed = (documents[0], replace(documents[1], version=2))
    snapshots = [CedarEngine().decide(REQUEST, PolicySlices(one)).snapshot for one in (documents, changed, documents)]
    assert snapshots[0] == snapshots[2] != snapshots[1]


def test_F7_a_denial_has_its_snapshot_too() -> None:
    forbidden, broken = decide({"p": f"{FORBID};"}), decide({"p": f"{FORBID} when {{ {ERRING[0]} }};"})
    assert forbidden.snapshot == broken.snapshot == decide({"p": f"{PERMIT};"}).snapshot
