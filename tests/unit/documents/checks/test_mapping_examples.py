"""A mapping carries its own tests: what must come of some claims, and what must not."""

from typing import Any

import pytest

from federation.documents.source import InvalidDocuments, SourceDocument
from federation.documents.validate import validate

ISSUER = {"kind": "Issuer", "id": "okta", "provider": "oidc", "issuer": "https://acme.okta.example.com"}
AUDIENCE = {"kind": "Audience", "id": "risk-engine", "scopes": ["risk:read", "risk:write"]}
OTHER = {"kind": "Audience", "id": "billing", "scopes": ["billing:read"]}
MAPPING: dict[str, Any] = {
    "kind": "Mapping",
    "id": "sync",
    "issuer": "okta",
    "match": {"sub": "worker-*", "department": "billing"},
    "principal": "partner/acme/{sub}",
    "grants": [{"audience": "risk-engine", "scopes": ["risk:read"]}],
}
CLAIMS = {"sub": "worker-1", "department": "billing"}
GITHUB = {"kind": "Issuer", "id": "okta", "provider": "github", "issuer": "https://token.actions.githubusercontent.com"}


def problems(*examples: dict[str, Any], issuer: dict[str, Any] = ISSUER, **mapping: Any) -> list[str]:  # noqa: ANN401
    bodies = (issuer, AUDIENCE, OTHER, {**MAPPING, **mapping, "examples": list(examples)})
    try:
        validate([SourceDocument("trust.yaml", body) for body in bodies])
    except InvalidDocuments as error:
        return [f"{problem.pointer}: {problem.message}" for problem in error.problems]
    return []


def example(**changes: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"claims": CLAIMS, **changes}


HOLDS: dict[str, dict[str, Any]] = {
    "they fit": example(),
    "the principal": example(principal="partner/acme/worker-1"),
    "the audience": example(audience="risk-engine"),
    "a scope": example(audience="risk-engine", scopes=["risk:read"]),
    "a scope that is not granted": example(audience="risk-engine", scopes=["risk:write"], expect="deny"),
    "one of them is not granted": example(audience="risk-engine", scopes=["risk:read", "risk:write"], expect="deny"),
    "an audience that is not granted": example(audience="billing", expect="deny"),
    "another department": example(claims={**CLAIMS, "department": "sales"}, expect="deny"),
    "a department of null": example(claims={**CLAIMS, "department": None}, expect="deny"),
    "another principal": example(principal="partner/acme/worker-2", expect="deny"),
    "a claim of another form": example(claims={**CLAIMS, "azp": 7}, expect="deny"),
}


@pytest.mark.parametrize("one", HOLDS.values(), ids=HOLDS)
def test_an_example_that_holds_is_no_problem_and_its_opposite_is_one(one: dict[str, Any]) -> None:
    assert problems(one) == []
    opposite = "allow" if one.get("expect") == "deny" else "deny"
    [problem] = problems({**one, "expect": opposite})
    assert problem.startswith("/examples/0: expected to be")


def test_a_scope_that_is_granted_too_broadly_is_caught_where_it_is_written() -> None:
    kept = example(audience="risk-engine", scopes=["risk:write"], expect="deny")
    wider = [{"audience": "risk-engine", "scopes": ["risk:read", "risk:write"]}]
    assert problems(kept) == []
    assert problems(kept, grants=wider) == [
        "/examples/0: expected to be denied, but these claims get risk:write at risk-engine"
    ]


def test_a_match_that_is_too_wide_is_caught_where_it_is_written() -> None:
    kept = example(claims={**CLAIMS, "department": "sales"}, expect="deny")
    assert problems(kept, match={"sub": "worker-*"}) == ["/examples/0: expected to be denied, but these claims fit"]


def test_each_failure_says_what_differs() -> None:
    told = problems(
        example(claims={"sub": "worker-1"}),
        example(principal="partner/acme/x"),
        example(audience="billing"),
        example(audience="risk-engine", scopes=["risk:write"]),
        example(claims={**CLAIMS, "sub": "worker-a b"}),
    )
    assert [one.partition(", but ")[2] for one in told] == [
        "department is not billing",
        "the principal is partner/acme/worker-1",
        "audience billing is not granted",
        "risk:write is not granted at risk-engine",
        "claim sub is absent or has other characters than allowed",
    ]


def test_what_a_provider_wants_named_is_wanted_of_an_example_too() -> None:
    match = {"repository_id": "74"}
    forked = {"claims": {"repository_id": "74", "event_name": "pull_request", "sub": "x"}}
    [problem] = problems(forked, issuer=GITHUB, match=match, principal="ci/app")
    assert problem.endswith("only a mapping with an exact line for event_name fits such claims")
    assert problems({**forked, "expect": "deny"}, issuer=GITHUB, match=match, principal="ci/app") == []
    assert problems(forked, issuer=GITHUB, match={**match, "event_name": "pull_request"}, principal="ci/app") == []


MALFORMED: dict[str, tuple[dict[str, Any], str]] = {
    "no claims": ({"audience": "risk-engine"}, "/examples/0/claims: claims is missing"),
    "empty claims": ({"claims": {}}, "/examples/0/claims: "),
    "scopes of no audience": (example(scopes=["risk:read"]), "/examples/0: scopes are those of an audience"),
    "an unknown key": (example(scope="risk:read"), "/examples/0/scope: unknown key scope"),
    "another expectation": (example(expect="permit"), "/examples/0/expect: "),
}


@pytest.mark.parametrize(("one", "told"), MALFORMED.values(), ids=MALFORMED)
def test_an_example_has_a_form(one: dict[str, Any], told: str) -> None:
    [problem] = problems(one)
    assert problem.startswith(told)
