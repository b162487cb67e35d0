"""Registered clients beside the other documents of a set."""

from typing import Any

import pytest

from federation.admin.documents.problem import InvalidDocuments, Problem
from federation.admin.documents.validate import validate
from tests.support.document_vectors import base, sources

CLIENT = base("client")
AUDIENCE = base("audience")
MESH: dict[str, Any] = {
    "kind": "Issuer",
    "id": "acme-mesh",
    "provider": "spiffe",
    "issuer": "spiffe://acme.example",
    "tenant": "acme",
    "keys": {"jwks_uri": "https://mesh.acme.example/bundle.json"},
}
WORKLOAD = {"method": "spiffe_jwt", "spiffe_id": "spiffe://acme.example/gateway", "issuer": "acme-mesh"}
PAYMENT = {"type": "payment", "fields": {"currency": ["EUR"]}}


def problems(*bodies: dict[str, Any]) -> list[Problem]:
    with pytest.raises(InvalidDocuments) as refusal:
        validate(sources(*bodies))
    return list(refusal.value.problems)


def test_a_client_fits_its_audience_and_its_trust_domain() -> None:
    validated = validate(sources(CLIENT, AUDIENCE, MESH, {**CLIENT, "id": "web", "auth": WORKLOAD}))
    assert list(validated.documents.clients) == ["acme-gateway", "web"]
    assert validated.warnings == ()


WRONG: dict[str, tuple[list[dict[str, Any]], str, str]] = {
    "no such audience": ([{**CLIENT, "audiences": ["risk-engin"]}], "/audiences/0", "did you mean risk-engine?"),
    "a scope of no audience": ([{**CLIENT, "scopes": ["risk:score:reed"]}], "/scopes/0", "risk:score:read?"),
    "another tenant's audience": (
        [{**CLIENT, "audiences": ["theirs"]}, {**AUDIENCE, "id": "theirs", "tenant": "globex"}],
        "/audiences/0",
        "of tenant globex, the client of acme",
    ),
    "no such trust domain": ([{**CLIENT, "auth": WORKLOAD}], "/auth/issuer", "there is no Issuer acme-mesh"),
    "an issuer that is no trust domain": (
        [{**CLIENT, "auth": WORKLOAD}, base("issuer", id="acme-mesh")],
        "/auth/issuer",
        "its provider is",
    ),
    "a workload of another trust domain": (
        [{**CLIENT, "auth": WORKLOAD}, {**MESH, "issuer": "spiffe://other.example"}],
        "/auth/issuer",
        "not of spiffe://other.example",
    ),
    "another tenant's trust domain": (
        [{**CLIENT, "auth": WORKLOAD}, {**MESH, "tenant": "globex"}],
        "/auth/issuer",
        "of tenant globex",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_client_that_names_what_is_not_there_or_not_its_own_is_refused(name: str) -> None:
    bodies, pointer, says = WRONG[name]
    [problem] = problems(*bodies, AUDIENCE)
    assert problem.pointer == pointer
    assert says in f"{problem.message} {problem.hint}"


def test_a_grant_names_types_that_its_audience_knows() -> None:
    grant = {"audience": "risk-engine", "scopes": ["risk:score:read"], "authorization_details": ["payments"]}
    mapping = base("mapping", grants=[grant])
    audience = {**AUDIENCE, "authorization_details": [PAYMENT]}
    [problem] = problems(base("issuer"), mapping, audience)
    assert (problem.pointer, problem.hint) == ("/grants/0/authorization_details", "did you mean payment?")
    validate(
        sources(base("issuer"), base("mapping", grants=[{**grant, "authorization_details": ["payment"]}]), audience)
    )


def test_an_api_that_is_no_client_of_the_set_is_a_warning() -> None:
    audience = {**AUDIENCE, "introspection": ["acme-gatewy"]}
    [warning] = validate(sources(CLIENT, audience)).warnings
    assert (warning.document, warning.pointer) == ("Audience risk-engine", "/introspection/0")
    assert warning.hint == "did you mean acme-gateway?"
