"""A policy carries its own tests; what is left out of them is neutral."""

import pytest

from federation.model.json import Json
from federation.model.policy import Circumstances, Network, Party, Place, Policy
from federation.policy.cedar.example_request import read_example
from federation.policy.cedar.example_values import BadExample
from federation.policy.cedar.examples import ExampleProblem, run_examples
from tests.support.policy_requests import FORBID

PLACES = {"risk-engine": Place("risk-engine", "prod", "acme"), "sandbox": Place("sandbox", "dev")}
PROD_ONLY = """\
forbid (principal, action == Action::"exchange", resource in Environment::"prod")
unless { ["corp", "aws"].contains(context.network.zone) };
"""
WHO = "partner/acme/billing-sync"


def problems(examples: Json, cedar: str = PROD_ONLY) -> tuple[ExampleProblem, ...]:
    return run_examples(examples, Policy("prod-only", 3, cedar), PLACES)


def test_the_example_of_the_design_holds() -> None:
    example: Json = {
        "principal": WHO,
        "audience": "risk-engine",
        "context": {"network": {"zone": "home"}},
        "expect": "deny",
    }
    assert problems([example]) == ()


def test_an_example_that_comes_out_otherwise_says_how() -> None:
    examples: Json = [
        {"principal": WHO, "audience": "sandbox", "expect": "allow"},
        {"principal": WHO, "audience": "risk-engine", "expect": "allow"},
        {"principal": WHO, "audience": "sandbox", "expect": "deny"},
    ]
    assert problems(examples) == (
        ExampleProblem(
            1,
            "expect",
            f"expected allow, got deny: {WHO} at risk-engine (environment prod, tenant acme), determined by prod-only",
        ),
        ExampleProblem(
            2,
            "expect",
            f"expected deny, got allow: {WHO} at sandbox (environment dev, tenant none), determined by default",
        ),
    )


def test_a_policy_that_permits_nothing_says_so() -> None:
    default = Policy("default", 1, f"{FORBID} when {{ false }};")
    found = run_examples([{"principal": WHO, "audience": "sandbox", "expect": "allow"}], default, PLACES)
    assert "determined by nothing, since no policy permits it" in found[0].message


def test_an_example_that_only_errs_is_no_proof_of_a_denial() -> None:
    overflow = f"{FORBID} when {{ 9223372036854775807 + context.weekday > 0 }};"
    found = problems([{"principal": WHO, "audience": "sandbox", "expect": "deny"}], overflow)
    assert found[0].message.startswith("cannot be evaluated, which is a denial: ")


def test_examples_hold_for_a_policy_that_is_not_enabled_yet() -> None:
    policy = Policy("p", 1, f"{FORBID};", tenant="other", enabled=False)
    assert run_examples([{"principal": WHO, "audience": "sandbox", "expect": "deny"}], policy, PLACES) == ()


OK: dict[str, Json] = {"principal": WHO, "audience": "sandbox", "expect": "deny"}
BAD: list[tuple[Json, str, str]] = [
    (None, "expect", "write allow or deny"),
    ({**OK, "expect": "allowed"}, "expect", "write allow or deny"),
    ({**OK, "expect": ["deny"]}, "expect", "write allow or deny"),
    ({**OK, "principle": "x"}, "principle", "unknown key; do you mean principal?"),
    ({"audience": "sandbox", "expect": "deny"}, "principal", "expected text"),
    ({**OK, "audience": 3}, "audience", "expected text"),
    ({**OK, "audience": "x"}, "audience", "no such Audience document here; write its environment beside it"),
    ({**OK, "action": "mint"}, "action", "expected one of exchange, delegate, impersonate"),
    ({**OK, "scopes": "a"}, "scopes", "expected a list of texts"),
    ({**OK, "scopes": [1]}, "scopes", "expected text"),
    ({**OK, "attributes": {"a": 1}}, "attributes", "expected text"),
    ({**OK, "context": []}, "context", "expected an object"),
    ({**OK, "context": {"network": {"zones": "x"}}}, "context.network.zones", "unknown key; do you mean zone?"),
    ({**OK, "context": {"network": "x"}}, "context.network", "expected an object"),
    ({**OK, "context": {"now": "yesterday"}}, "context.now", "Invalid isoformat string: 'yesterday'"),
    (
        {**OK, "context": {"now": "2027-01-13T12:00:00"}},
        "context.now",
        "expected a time with its zone: 2027-01-13T12:00:00Z",
    ),
    (
        {**OK, "context": {"token_age": "1 hour"}},
        "context.token_age",
        "a duration is a whole number and a unit: 90s, 5m, 1h or 7d",
    ),
    ({**OK, "context": {"token_age": 60}}, "context.token_age", "expected text"),
    ({**OK, "context": {"proof": "DPoP"}}, "context.proof", "expected one of none, dpop, mtls"),
    ({**OK, "context": {"risk": {"issuer": 101}}}, "context.risk.issuer", "expected a whole number from 0 to 100"),
    ({**OK, "context": {"risk": {"issuer": True}}}, "context.risk.issuer", "expected a whole number from 0 to 100"),
    ({**OK, "context": {"approval": True}}, "context.approval", "expected text"),
    ({**OK, "context": {"claims": "x"}}, "context.claims", "expected an object"),
    ({**OK, "context": {"client": ""}}, "context.client", "expected text"),
]


@pytest.mark.parametrize(("example", "key", "message"), BAD)
def test_an_example_is_read_as_strictly_as_its_document(example: Json, key: str, message: str) -> None:
    assert problems([OK, example], f"{FORBID};") == (ExampleProblem(1, key, message),)


def test_examples_are_a_list_of_objects() -> None:
    assert problems("x") == (ExampleProblem(0, "", "examples are a list"),)
    assert problems({}) == (ExampleProblem(0, "", "examples are a list"),)
    assert problems([]) == ()
    with pytest.raises(BadExample, match="expected an object"):
        read_example("x", {})


def test_there_are_not_too_many_examples() -> None:
    assert problems([OK] * 101, f"{FORBID};")[0].message == "a policy has at most 100 examples"


def test_what_an_example_leaves_out_is_neutral() -> None:
    request = read_example({"principal": WHO, "audience": "risk-engine"}, PLACES)
    assert request.principal == Party(WHO, "example", "acme")
    assert request.action == "exchange"
    assert request.audience == PLACES["risk-engine"]
    assert request.context == Circumstances(Network("0.0.0.0"), now=1_799_841_600, token_age=60)  # noqa: S104


def test_an_example_overrides_what_is_known_of_its_audience() -> None:
    written: Json = {"principal": WHO, "audience": "risk-engine", "environment": None, "audience_tenant": "x"}
    assert read_example(written, PLACES).audience == Place("risk-engine", None, "x")


def test_an_actor_is_the_chain_unless_the_example_says_otherwise() -> None:
    alone = read_example({"principal": WHO, "audience": "sandbox", "context": {"actor": "agent/a"}}, PLACES)
    assert alone.context.actor == Party("agent/a", "example")
    assert alone.context.chain == ("agent/a",)


SHORT = '@max_ttl("60s") @max_scopes("2") @require_approval("why") permit (principal, action, resource);'
OBLIGED: Json = {"max_ttl": "60s", "max_scopes": 2, "require_approval": ["why"], "require_proof": []}


def obliging(obligations: Json, cedar: str = SHORT, expect: str = "allow") -> tuple[ExampleProblem, ...]:
    example = {"principal": WHO, "audience": "sandbox", "expect": expect, "obligations": obligations}
    return problems([example], cedar)


def test_an_example_may_say_what_a_permission_is_tied_to() -> None:
    assert obliging(OBLIGED) == obliging({"max_ttl": "60s"}) == obliging({}) == ()
    assert obliging({"max_ttl": None}, FORBID + " when { false };") == ()


@pytest.mark.parametrize(
    ("key", "wanted", "is_"),
    [
        ("max_ttl", "61s", "60"),
        ("max_ttl", None, "60"),
        ("max_scopes", 3, "2"),
        ("require_approval", [], "why"),
        ("require_proof", ["dpop"], "nothing"),
    ],
)
def test_an_obligation_that_is_another_fails_the_example(key: str, wanted: Json, is_: str) -> None:
    [problem] = obliging({key: wanted})
    assert (problem.number, problem.key) == (0, f"obligations.{key}")
    assert problem.message.endswith(f"got {is_}")


@pytest.mark.parametrize(
    ("obligations", "key"),
    [
        ({"max_tll": "60s"}, "obligations.max_tll"),
        ({"max_ttl": 60}, "obligations.max_ttl"),
        ({"max_scopes": "2"}, "obligations.max_scopes"),
        ({"max_scopes": True}, "obligations.max_scopes"),
        ({"require_proof": "dpop"}, "obligations.require_proof"),
        ([], "obligations"),
    ],
)
def test_an_obligation_that_cannot_be_read_is_a_problem(obligations: Json, key: str) -> None:
    assert [problem.key for problem in obliging(obligations)] == [key]


def test_who_is_denied_is_obliged_to_nothing() -> None:
    assert [problem.key for problem in obliging(OBLIGED, f"{FORBID};", "deny")] == ["obligations"]
