"""Which route answers: precedence as API Gateway documents it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.local.routes import FunctionTarget, ObjectTarget, Route, find_route, load_template, read_routes

FUNCTION = FunctionTarget(name="Any", module="functions.any", timeout=10, memory=256)

ROUTES = [
    Route("ANY", "/token", FUNCTION),
    Route("GET", "/health", FUNCTION),
    Route("ANY", "/health", FUNCTION),
    Route("GET", "/.well-known/{document}", ObjectTarget()),
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


def test_the_template_says_which_routes_there_are() -> None:
    routes = {route.key: route.target for route in read_routes(load_template())}
    assert routes["GET /.well-known/{document}"] == ObjectTarget()
    token = routes["ANY /token"]
    assert isinstance(token, FunctionTarget)
    assert (token.name, token.module, token.timeout) == ("TokenFunction", "functions.token", 10)


def test_the_template_says_which_routes_ask_for_a_signature() -> None:
    signed = {route.key for route in read_routes(load_template()) if route.signed}
    assert signed == {"POST /iam/token"}


def test_any_method_may_ask_for_a_signature() -> None:
    event = {"Type": "HttpApi", "Properties": {"Path": "/x", "Method": "any"}}
    function = {"Handler": "functions.x.handler", "Events": {"X": event}}
    body: dict[str, object] = {"paths": {"/x": {"x-amazon-apigateway-any-method": {"security": [{"aws": []}]}}}}
    template = {
        "Resources": {
            "X": {"Type": "AWS::Serverless::Function", "Properties": function},
            "Api": {"Type": "AWS::Serverless::HttpApi", "Properties": {"DefinitionBody": body}},
        }
    }
    assert [route.signed for route in read_routes(template)] == [True]


def test_pushed_keys_have_a_route_with_the_issuers_id() -> None:
    match = find_route(read_routes(load_template()), "POST", "/issuers/acme-cluster/keys")
    assert match is not None
    assert (match.route.key, match.parameters) == ("ANY /issuers/{id}/keys", {"id": "acme-cluster"})


def test_events_that_are_no_routes_and_functions_without_events_are_left_out() -> None:
    clock = {"Clock": {"Type": "Schedule", "Properties": {"Schedule": "rate(5 minutes)"}}}
    silent, scheduled = {"Handler": "functions.x.handler"}, {"Handler": "functions.y.handler", "Events": clock}
    functions = [{"Type": "AWS::Serverless::Function", "Properties": properties} for properties in (silent, scheduled)]
    assert read_routes({"Resources": dict(zip("AB", functions, strict=True))}) == ()


def test_a_function_that_asks_for_nothing_gets_lambdas_defaults() -> None:
    event = {"Type": "HttpApi", "Properties": {"Path": "/x", "Method": "get"}}
    properties = {"Handler": "functions.x.handler", "Events": {"X": event}}
    template = {"Resources": {"X": {"Type": "AWS::Serverless::Function", "Properties": properties}}}
    assert read_routes(template) == (Route("GET", "/x", FunctionTarget("X", "functions.x", timeout=3, memory=128)),)
