"""Registered clients beside the other documents of a set."""

from typing import Any

import pytest

from federation.documents.source import InvalidDocuments, Problem
from federation.documents.validate import validate
from tests.support.document_vectors import base, sources
from tests.support.jose_keys import ec_key
from tests.support.x509_authority import authority
from tests.support.x509_world import x509_svid

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
TLS = {"method": "tls_client_auth", "san_uri": "spiffe://acme.example/gateway"}
PAYMENT = {"type": "payment", "fields": {"currency": ["EUR"]}}


def problems(*bodies: dict[str, Any]) -> list[Problem]:
    with pytest.raises(InvalidDocuments) as refusal:
        validate(sources(*bodies))
    return list(refusal.value.problems)


def test_a_client_fits_its_audience_and_its_trust_domain() -> None:
    validated = validate(sources(CLIENT, AUDIENCE, MESH, {**CLIENT, "id": "web", "auth": WORKLOAD}))
    assert list(validated.documents.clients) == ["acme-gateway", "web"]
    assert validated.warnings == ()


@pytest.mark.parametrize(
    "keys",
    [
        MESH["keys"],
        {"certificates": [authority().pem]},
        {"jwks": {"keys": [x509_svid(authority())]}},
    ],
    ids=["an endpoint", "authorities", "a bundle"],
)
def test_a_workload_by_its_certificate_needs_nothing_but_its_name(keys: dict[str, Any]) -> None:
    documents = validate(sources({**CLIENT, "auth": TLS}, AUDIENCE, {**MESH, "keys": keys})).documents
    assert documents.clients["acme-gateway"].document.auth.workload == TLS["san_uri"]


def test_one_fitting_document_of_its_trust_domain_will_do() -> None:
    spent = {**MESH, "id": "acme-mesh-once", "single_use": True, "audiences": ["https://other.example.com"]}
    assert validate(sources({**CLIENT, "auth": TLS}, AUDIENCE, spent, MESH)).warnings == ()


def test_a_trust_domain_that_is_broken_itself_is_one_problem_and_not_two() -> None:
    [problem] = problems({**CLIENT, "auth": TLS}, AUDIENCE, {**MESH, "max_token_age": "soon"})
    assert problem.document == "Issuer acme-mesh"


def test_a_name_with_authorities_of_its_own_needs_no_trust_domain() -> None:
    own = {**TLS, "certificates": [authority().pem]}
    documents = validate(sources({**CLIENT, "auth": own}, AUDIENCE)).documents
    assert documents.clients["acme-gateway"].document.auth.workload is None


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
    "nobody's trust domain": (
        [{**CLIENT, "auth": TLS}, base("issuer")],
        "/auth/san_uri",
        "there is no Issuer of the trust domain spiffe://acme.example write one with provider: spiffe; or give cert",
    ),
    "a trust domain with a slip of the pen": (
        [{**CLIENT, "auth": TLS}, {**MESH, "issuer": "spiffe://acme.exampel"}],
        "/auth/san_uri",
        "did you mean spiffe://acme.exampel?",
    ),
    "another tenant's trust domain, by certificate": (
        [{**CLIENT, "auth": TLS}, {**MESH, "tenant": "globex"}],
        "/auth/san_uri",
        "Issuer acme-mesh is of tenant globex, the client of acme",
    ),
    "a tenant's trust domain for nobody's client": (
        [{name: value for name, value in CLIENT.items() if name != "tenant"} | {"auth": TLS}, MESH],
        "/auth/san_uri",
        "Issuer acme-mesh is of tenant acme, the client of none",
    ),
    "a trust domain whose tokens are used once": (
        [{**CLIENT, "auth": TLS}, {**MESH, "single_use": True}],
        "/auth/san_uri",
        "single_use",
    ),
    "a bundle without authorities": (
        [{**CLIENT, "auth": TLS}, {**MESH, "keys": {"jwks": {"keys": [ec_key().jwk(use="jwt-svid")]}}}],
        "/auth/san_uri",
        "no authority for certificates",
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
