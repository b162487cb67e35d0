"""What can never hold is refused where it is written, and what its author meant is named."""

import json
import re
from typing import Any

import pytest
from cedarpy import policies_to_json_str

from federation.policy.cedar.compile import compile_policy, read_policy
from federation.policy.cedar.problem import PolicyProblem
from federation.policy.cedar.schema import SCHEMA
from federation.policy.cedar.types import CONTEXT, MEMBERS

FORBID = "forbid (principal, action, resource)"

NEVER = [
    ('when { context has zone && context.network.zone == "home" }', "context.network.zone?"),
    ("when { context has ip }", "context.network.ip?"),
    ('when { context has actor && context.actor == Principal::"agent/x" }', 'Actor::"agent/x"'),
    ('when { context has client && Principal::"x" == context.client }', 'Client::"x"'),
    ("when { principal has department }", 'hasTag("department")'),
    ("when { principal has tenent }", "do you mean tenant?"),
    ('when { principal in Environment::"prod" }', 'Tenant::"prod"'),
    ('when { resource in Client::"x" }', 'Environment::"x"'),
    ("when { principal is Actor }", "write Principal"),
    ('when { context.proof == "mTLS" }', "do you mean mtls?"),
    ('when { "none" != context.proof && ["DPoP", "mtls"].contains(context.proof) }', "do you mean dpop?"),
    ('when { context.proof like "DPoP*" }', "none, dpop, mtls"),
    ("when { context.weekday == 0 }", "1 to 7"),
    ("when { context.weekday > 7 || context.weekday == 1 }", "1 to 7"),
    ("when { 7 < context.weekday }", "1 to 7"),
    ("when { context.chain.depth > 4 }", "0 to 4"),
    ("when { context.risk.principal >= 101 }", "0 to 100"),
    ('when { context has zone || context.proof == "none" }', "context.network.zone?"),
    ('when { principal == Principal::"agent/*" }', "like compares"),
    ('when { principal.name == "agent/*" }', "like compares"),
    ('when { principal.name == "two words" }', "slashes between"),
    ('when { context has actor && context.actor == Actor::"/x" }', "slashes between"),
    ('when { principal.issuer == "https://idp.example.com" }', "id of a document"),
    ('when { context has client && context.client.name == "Gateway" }', "id of a document"),
    ('when { principal in Tenant::"ACME" }', "id of a document"),
    ('when { context.network.zone == "Head Office" }', "id of a document"),
    ('when { ["corp", "Home"].contains(context.network.zone) }', "id of a document"),
    ('when { context.scopes.contains("risk:*") }', "like compares"),
    ('when { context.chain.actors.contains("agent x") }', "slashes between"),
    ("unless { context has network }", "never apply"),
    ("when { false }", "never apply"),
    ('when { context.proof == "dpop" && context.proof == "mtls" }', "never apply"),
    ('when { context.proof == "dpop" } when { "none" == context.proof }', "never apply"),
    ('when { context.proof == "none" } unless { context.proof == "none" || context.chain.depth > 1 }', "never apply"),
    ('when { context.proof != "none" && !(context.proof != "none") }', "never apply"),
    ("when { context.risk.principal > 50 && context.risk.principal < 10 }", "never apply"),
    ("when { context.risk.principal > 50 } unless { context.risk.principal >= 51 }", "never apply"),
    ("when { context.risk.client == 3 && 7 <= context.risk.client }", "never apply"),
    ("when { context.network.ip.isIpv4() && !context.network.ip.isIpv4() }", "never apply"),
    ("when { context has network } when { !(context has network) }", "never apply"),
]


@pytest.mark.parametrize(("condition", "remedy"), NEVER)
def test_what_can_never_hold_is_refused_with_what_was_meant(condition: str, remedy: str) -> None:
    with pytest.raises(PolicyProblem) as caught:
        compile_policy("p", f"{FORBID};\n{FORBID} {condition};")
    assert remedy in caught.value.message
    assert caught.value.line == 2


@pytest.mark.parametrize(("condition", "_remedy"), NEVER)
def test_what_is_stored_is_still_read(condition: str, _remedy: str) -> None:
    """A policy that vanishes would grant."""
    assert read_policy("p", f"{FORBID} {condition};").rules


@pytest.mark.parametrize(
    "condition",
    [
        'when { context.proof == "dpop" || context.proof == "mtls" }',
        'when { context.proof == "dpop" } unless { context.proof == "dpop" && context.chain.depth > 1 }',
        "when { context.risk.principal > 50 && context.risk.principal < 52 }",
        "when { context.risk.principal >= 5 && context.risk.principal <= 5 && context.risk.client > 5 }",
        'unless { context.proof == "dpop" || context.proof == "mtls" }',
        'when { context.network.zone == "home" }',
        "when { context.network has zone }",
        'when { context has actor && context.actor == Actor::"agent/x" }',
        'when { principal.hasTag("department") && principal.getTag("department") == "lab" }',
        'when { principal has tenant && principal.tenant == Tenant::"acme" }',
        'when { principal in Tenant::"acme" && resource in Environment::"prod" }',
        "when { principal is Principal && resource is Audience }",
        'unless { context.proof == "mtls" || ["dpop"].contains(context.proof) }',
        'when { context.proof like "*p*" }',
        "when { context.weekday > 5 && context.risk.issuer >= 100 && context.chain.depth <= 4 }",
        "when { context.risk.principal > 50 }",
        'when { context has approval && context.approval.by == "user/boss" }',
        'when { resource == Audience::"a" || resource == Audience::"b" }',
    ],
)
def test_what_may_hold_is_taken(condition: str) -> None:
    assert compile_policy("p", f"{FORBID} {condition};")


def test_that_nothing_is_permitted_may_be_said() -> None:
    assert compile_policy("default", "permit (principal, action, resource) when { false };")


def test_the_table_of_members_is_the_schemas() -> None:
    """Each member stands in the schema's text by its name, and none is missing."""
    entities = dict(re.findall(r"entity (\w+)[^;{]*= \{(.*?)\n\}", SCHEMA, re.DOTALL))
    for name, text in entities.items():
        assert list(MEMBERS[name]) == re.findall(r"^  (\w+)\??:", text, re.MULTILINE), name
    context = re.search(r"type Context = \{(.*?)\n\};", SCHEMA, re.DOTALL)
    assert context is not None
    assert list(MEMBERS[CONTEXT]) == re.findall(r"^  (\w+)\??:", context[1], re.MULTILINE)
    for part in ("chain", "network"):
        nested = re.search(rf"  {part}: \{{(.*?)\n  \}}", context[1], re.DOTALL)
        assert nested is not None
        assert list(MEMBERS[f"context.{part}"]) == re.findall(r"^    (\w+):", nested[1], re.MULTILINE)


def test_cedars_own_form_is_as_it_is_read_here() -> None:
    """Should Cedar write another one, nothing would be found in it."""
    parsed: Any = json.loads(policies_to_json_str(f'{FORBID} when {{ context.proof == "x" }};'))
    ((condition,),) = [one["conditions"] for one in parsed["staticPolicies"].values()]
    left = {".": {"left": {"Var": "context"}, "attr": "proof"}}
    assert condition == {"kind": "when", "body": {"==": {"left": left, "right": {"Value": "x"}}}}
