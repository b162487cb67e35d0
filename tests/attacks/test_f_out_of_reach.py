"""Group F and H6: what a policy cannot rest on, it cannot be written with either."""

import pytest

from federation.policy.cedar.compile import compile_policy
from federation.policy.cedar.problem import PolicyProblem

FORBID, PERMIT = ("forbid (principal, action, resource)", "permit (principal, action, resource)")
NOTHING = [
    'Claims::"subject".hasTag("team")',
    'Claims::"subject".lists.hasTag("groups")',
    'ClaimLists::"subject".hasTag("groups")',
    'AuthorizationDetails::"subject".hasTag("call.for")',
    'Attestation::"subject".hasTag("zone")',
    'context.claims == Claims::"subject"',
]
"""No request has such an entity unless `context` leads there: a forbid would hold for nobody, without a word."""
ACTED_BEFORE = [
    'context.claims.hasTag("act.sub") && context.claims.getTag("act.sub") == "agent/planner"',
    'context.claims.hasTag("act.act.sub")',
    'context.claims.hasTag("\\"act\\".sub")',
    'context.claims.lists.hasTag("act.roles")',
    'context.claims.hasTag(if context.proof == "none" then "act.sub" else "sub")',
]


@pytest.mark.parametrize("condition", NOTHING)
@pytest.mark.parametrize("effect", [PERMIT, FORBID])
def test_F5_what_no_request_brings_is_refused_where_it_is_written(condition: str, effect: str) -> None:
    with pytest.raises(PolicyProblem, match="begin with context") as refused:
        compile_policy("p", f"{PERMIT};\n{effect} when {{ {condition} }};")
    assert refused.value.line == 2


@pytest.mark.parametrize("condition", ACTED_BEFORE)
def test_H6_no_permit_rests_on_who_acted_before_by_the_tokens_own_word(condition: str) -> None:
    with pytest.raises(PolicyProblem, match="only a forbid") as refused:
        compile_policy("p", f"{PERMIT};\n{PERMIT} when {{ {condition} }};")
    assert refused.value.line == 2
    assert compile_policy("p", f"{FORBID} when {{ {condition} }};")


@pytest.mark.parametrize(
    "condition",
    [
        'context.claims.hasTag("action") && context.scopes.contains("act")',
        'context.claims.hasTag("ctx.act")',
        'context.claims.hasTag("acts.sub")',
        'principal.hasTag("act")',
        'context.authorization_details.hasTag("act.purpose")',
    ],
)
def test_H6_what_is_only_called_like_it_is_not_meant(condition: str) -> None:
    assert compile_policy("p", f"{PERMIT} when {{ {condition} }};")
