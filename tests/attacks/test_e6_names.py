"""E6: names that meet: of a principal and a client, of a principal and a template, of namesakes in two tenants."""

from typing import Any

import jwt
import pytest

from federation.documents.source import InvalidDocuments
from federation.documents.validate import validate
from federation.model.json import Json
from federation.model.trust import Selector
from tests.support.admin_world import AdminWorld, mapping
from tests.support.document_vectors import base, sources
from tests.support.exchange_world import MAPPING, body, bridge

LITERAL = base("mapping", id="boss", match={"sub": "0oaboss"}, principal="partner/acme/boss")
OPEN = base("mapping", id="all", match={"sub": "svc-*", "department": "b-team"}, principal="partner/acme/{login}")
TENANTED = base("issuer", id="other", issuer="https://other.example.com", tenant="acme")
NAMED = 'permit (principal == Principal::"agent/x", action, resource)'


def problems(*documents: dict[str, Json]) -> list[str]:
    try:
        validate(sources(base("issuer"), base("audience"), *documents))
    except InvalidDocuments as error:
        return [str(problem) for problem in error.problems]
    return []


def shared(cedar: str, **changes: Json) -> dict[str, Json]:
    return {"kind": "Policy", "id": "shared", "cedar": cedar, **changes}


def of_corp(document: dict[str, Json]) -> dict[str, Any]:
    return {**mapping(str(document["id"])), "match": document["match"], "principal": document["principal"]}


@pytest.mark.parametrize(("principal", "client_id"), [("gateway", "principal:gateway"), ("p/gateway", "p/gateway")])
def test_E6_a_principal_that_is_spelt_like_a_registered_client_is_not_its_client_id(
    principal: str, client_id: str
) -> None:
    with bridge() as world:
        world.write({**MAPPING, "principal": principal}, Selector("sub", "worker"))
        claims = jwt.decode(body(world.post())["access_token"], options={"verify_signature": False})
        assert (claims["sub"], claims["client_id"]) == (principal, client_id)


@pytest.mark.parametrize("order", [(LITERAL, OPEN), (OPEN, LITERAL)])
def test_E6_a_template_does_not_make_the_principal_of_another_mapping(order: tuple[dict[str, Json], ...]) -> None:
    [problem] = problems(*order)
    assert "another mapping" in problem
    assert "/principal: " in problem
    assert "all" not in problem.split("/principal: ")[1].split()


@pytest.mark.parametrize(
    "other",
    [
        {**LITERAL, "principal": "partner/acme/team/boss"},
        {**LITERAL, "principal": "user/acme/boss"},
        {**LITERAL, "match": {"login": "boss"}},
        {**LITERAL, "enabled": False},
    ],
)
def test_E6_what_does_not_meet_is_written(other: dict[str, Json]) -> None:
    assert problems(other, OPEN) == []


def test_E6_a_pattern_that_excludes_the_name_does_not_meet_it() -> None:
    assert problems(LITERAL, {**OPEN, "match": {"login": "svc-*", "sub": "svc-*"}}) == []


@pytest.mark.parametrize("order", [(LITERAL, OPEN), (OPEN, LITERAL)])
def test_E6_the_stored_mappings_of_an_issuer_count_in_both_orders(order: tuple[dict[str, Json], ...]) -> None:
    world, (first, second) = AdminWorld(), order
    assert world.put(of_corp(first)).status == 201
    answer = world.put(of_corp(second))
    assert answer.status == 422
    assert "another mapping" in str(answer.members["errors"])


@pytest.mark.parametrize(
    "cedar",
    [
        f"{NAMED};",
        'forbid (principal, action, resource) unless { principal.name == "agent/x" };',
        'permit (principal, action, resource) when { context has actor && context.actor == Actor::"agent/x" };',
        'permit (principal, action, resource) when { ["agent/x", "agent/y"].contains(principal.name) };',
        'permit (principal, action, resource) when { principal.name like "agent/x" };',
        'permit (principal, action, resource) when { principal has tenant && principal.name == "agent/x" };',
        'permit (principal, action, resource) when { context has approval && context.approval.by == "admin/x" };',
        'forbid (principal, action, resource) when { principal != Principal::"agent/x" };',
        'forbid (principal, action, resource) when { !(principal.name == "agent/x") };',
        'forbid (principal, action, resource) when { if principal.name == "agent/x" then false else true };',
    ],
)
def test_E6_a_policy_of_everybodys_means_no_namesake(cedar: str) -> None:
    [problem] = problems(shared(cedar), TENANTED)
    assert "may be somebody of any tenant" in problem
    assert problems(shared(cedar, tenant="acme"), TENANTED) == []


def test_E6_a_prohibition_of_everybodys_that_may_mean_a_namesake_is_a_warning() -> None:
    cedar = 'forbid (principal, action, resource) when { principal == Principal::"agent/x" };'
    validated = validate(sources(base("issuer"), TENANTED, shared(cedar)))
    assert ["may be somebody of any tenant" in one.message for one in validated.warnings] == [True]


@pytest.mark.parametrize("whose", ['principal in Tenant::"acme"', "!(principal has tenant)"])
def test_E6_a_policy_that_says_whose_is_written(whose: str) -> None:
    assert problems(shared(f"{NAMED} when {{ {whose} }};"), TENANTED) == []


@pytest.mark.parametrize(
    "cedar",
    [
        'forbid (principal, action, resource) unless { principal.name like "agent/*" };',
        'permit (principal == Principal::"client/gateway", action, resource);',
        'forbid (principal, action, resource) when { !(principal.name like "agent/*") };',
        'permit (principal, action, resource == Audience::"risk-engine");',
    ],
)
def test_E6_what_has_no_namesake_may_be_named_by_everybodys_policy(cedar: str) -> None:
    assert problems(shared(cedar), TENANTED) == []
