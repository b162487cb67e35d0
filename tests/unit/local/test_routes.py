"""Which route answers: precedence as API Gateway documents it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.local.routes import FunctionTarget, ObjectTarget, Route, find_route

FUNCTION = FunctionTarget(name="Any", module="functions.any", timeout=10, memory=256)

ROUTES = [
    Route("ANY", "/token", FUNCTION),
    Route("GET", "/health", FUNCTION),
    Route("ANY", "/health", FUNCTION),
    Route("GET", "/.well-known/{document}", ObjectTarget("https://bucket.example.com/.well-known/{document}")),
    Route("GET", "/.well-known/exact", FUNCTION),
    Route("GET", "/admin/v1/{kind}/{id}", FUNCTION),
    Route("ANY", "/admin/{proxy+}", FUNCTION),
]

ANSWERS = [
    ("POST", "/token", "ANY /token", {}),
    ("HEAD", "/token", "ANY /token", {}),
    ("GET", "/health", "GET /health", {}),
    ("PUT", "/health", "ANY /health", {}),
    ("GET", "/.well-known/jwks.json", "GET /.well-known/{document}", {"document": "jwks.json"}),
    ("GET", "/.well-known/exact", "GET /.well-known/exact", {}),
    ("GET", "/admin/v1/issuers/acme", "GET /admin/v1/{kind}/{id}", {"kind": "issuers", "id": "acme"}),
    ("GET", "/admin/v1/issuers/a%20b", "GET /admin/v1/{kind}/{id}", {"kind": "issuers", "id": "a b"}),
    ("PUT", "/admin/v1/issuers/acme", "ANY /admin/{proxy+}", {"proxy": "v1/issuers/acme"}),
    ("GET", "/%74oken", "ANY /token", {}),
]


@pytest.mark.parametrize(("method", "path", "key", "parameters"), ANSWERS)
def test_the_most_specific_route_answers(method: str, path: str, key: str, parameters: dict[str, str]) -> None:
    match = find_route(ROUTES, method, path)
    assert match is not None
    assert (match.route.key, match.parameters) == (key, parameters)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("POST", "/token/"),
        ("POST", "//token"),
        ("POST", "/TOKEN"),
        ("HEAD", "/.well-known/jwks.json"),
        ("GET", "/.well-known/"),
        ("GET", "/.well-known/a/b"),
        ("GET", "/admin"),
        ("GET", ""),
    ],
)
def test_what_no_route_names_is_not_found(method: str, path: str) -> None:
    assert find_route(ROUTES, method, path) is None


@given(st.sampled_from(["GET", "POST", "BREW"]), st.text())
def test_finding_a_route_is_total(method: str, path: str) -> None:
    match = find_route(ROUTES, method, path)
    assert match is None or match.route in ROUTES
