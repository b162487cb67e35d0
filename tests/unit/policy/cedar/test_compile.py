"""A policy is refused where it is written, with the place; what is accepted is known to be evaluable."""

import pytest

from federation.model.json import JsonObject
from federation.model.policy import Obligations, Uid
from federation.policy.cedar.compile import compile_policy, read_policy
from federation.policy.cedar.heads import Head
from federation.policy.cedar.problem import PolicyProblem
from tests.support.policy_requests import FORBID, PERMIT, load

REFUSED = load("refused")


@pytest.mark.parametrize("vector", REFUSED, ids=[vector["name"] for vector in REFUSED])
def test_what_is_wrong_is_shown_where_it_is(vector: JsonObject) -> None:
    with pytest.raises(PolicyProblem) as caught:
        compile_policy("p", str(vector["cedar"]))
    assert (caught.value.line, caught.value.column) == (vector["line"], vector["column"])
    assert caught.value.message == vector["message"]


def test_a_problem_reads_like_a_compilers() -> None:
    with pytest.raises(PolicyProblem, match=r"^2:3: invalid policy condition: wen$"):
        compile_policy("p", f"{PERMIT}\n  wen {{ true }};")


def test_the_rules_of_a_document_are_named_by_it_in_their_order() -> None:
    compiled = compile_policy("prod-only", f"{PERMIT};\n// and\n{FORBID};\n{PERMIT};" + f"{FORBID};" * 9)
    assert [rule.id for rule in compiled.rules][:3] == ["prod-only#0", "prod-only#1", "prod-only#2"]
    assert [rule.effect for rule in compiled.rules][:3] == ["permit", "forbid", "permit"]
    assert [rule.effect for rule in compiled.rules][10:] == ["forbid", "forbid"]


HEADS = [
    ("principal, action, resource", Head()),
    ("principal is Principal, action, resource is Audience", Head()),
    ('principal == Principal::"a", action, resource', Head(principal=Uid("Principal", "a"))),
    ('principal in Tenant::"a", action, resource', Head(principal=Uid("Tenant", "a"))),
    ('principal is Principal in Tenant::"a", action, resource', Head(principal=Uid("Tenant", "a"))),
    ('principal, action, resource == Audience::"a"', Head(resource=Uid("Audience", "a"))),
    ('principal, action, resource in Audience::"a"', Head(resource=Uid("Audience", "a"))),
    ('principal, action, resource in Environment::"a"', Head(resource=Uid("Environment", "a"))),
    ('principal, action, resource is Audience in Tenant::"a"', Head(resource=Uid("Tenant", "a"))),
    ('principal, action, resource in Tenant::"a\\"\\n::b"', Head(resource=Uid("Tenant", 'a"\n::b'))),
]


@pytest.mark.parametrize(("head", "expected"), HEADS)
def test_the_head_says_what_a_policy_is_about(head: str, expected: Head) -> None:
    assert read_policy("p", f"forbid ({head});").rules[0].head == expected


def test_obligations_are_read_from_annotations() -> None:
    text = f'@max_ttl("5m") @max_scopes("2") @require_proof("mtls") @require_approval("Ünal, on call") {PERMIT};'
    assert compile_policy("p", text).rules[0].obligations == Obligations(300, 2, ("mtls",), ("Ünal, on call",))


def test_fifty_conditions_fit_into_one_expression() -> None:
    assert compile_policy("p", f"{PERMIT} when {{ {' && '.join(['context.weekday < 6'] * 50)} }};")


def test_a_policy_may_span_lines_of_any_system() -> None:
    assert compile_policy("p", f"// what\r\n{PERMIT}\r\n\twhen {{ context.weekday < 6 }};\r\n")


def test_a_permission_may_rest_on_the_depth_of_a_chain() -> None:
    assert compile_policy("p", f"{PERMIT} when {{ context.chain.depth < 2 }};")
