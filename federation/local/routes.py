"""The HTTP API's routes, and which of them answers a request.

Precedence as in "Create routes for HTTP APIs" of the API Gateway developer guide: a full match before a greedy one,
a literal segment before a variable, a named method before ANY.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import unquote

from msgspec import Struct

from federation.local.template import resources

ANY = "ANY"
LAMBDA_TIMEOUT = 3
LAMBDA_MEMORY = 128
"""What Lambda gives a function that asks for nothing: seconds, MB."""

_ANY_METHOD = "x-amazon-apigateway-any-method"
_VARIABLE = re.compile(r"\{([A-Za-z0-9._-]+)(\+?)\}")


class FunctionTarget(Struct, frozen=True):
    """A Lambda function. `timeout`: seconds; `memory`: MB."""

    name: str
    module: str
    timeout: int
    memory: int


class ObjectTarget(Struct, frozen=True):
    """The public object of the request's path, which AWS reads through an HTTP_PROXY integration."""


Target: TypeAlias = FunctionTarget | ObjectTarget


class Route(Struct, frozen=True):
    """One route of the API."""

    method: str
    path: str
    target: Target
    signed: bool = False
    """Whether an AWS signature is asked for (IAM authorization)."""

    @property
    def key(self) -> str:
        """As AWS names it: method and path template."""
        return f"{self.method} {self.path}"


class RouteMatch(Struct, frozen=True):
    """The route that answers, with what its variables stand for (decoded)."""

    route: Route
    parameters: Mapping[str, str]


def find_route(routes: Sequence[Route], method: str, path: str) -> RouteMatch | None:
    """The most specific route for a method and a path that is still percent-encoded; None: 404."""
    matches = [match for route in routes if (match := _match(route, method, path)) is not None]
    return max(matches, key=lambda match: _specificity(match.route), default=None)


def _match(route: Route, method: str, path: str) -> RouteMatch | None:
    if route.method not in (ANY, method):
        return None
    parameters = _parameters(route.path.split("/"), [unquote(segment) for segment in path.split("/")])
    return None if parameters is None else RouteMatch(route, parameters)


def _parameters(template: Sequence[str], segments: Sequence[str]) -> dict[str, str] | None:
    """What the template's variables stand for; None: the path does not fit it."""
    parameters: dict[str, str] = {}
    for position, expected in enumerate(template):
        variable = _VARIABLE.fullmatch(expected)
        if variable is not None and variable[2] and position < len(segments):
            return {**parameters, variable[1]: "/".join(segments[position:])}
        if position >= len(segments) or not _fits(expected, segments[position]):
            return None
        if variable is not None:
            parameters[variable[1]] = segments[position]
    return parameters if len(template) == len(segments) else None


def _fits(expected: str, segment: str) -> bool:
    return bool(segment) if _VARIABLE.fullmatch(expected) else expected == segment


def _specificity(route: Route) -> tuple[bool, int, bool]:
    variables = _VARIABLE.findall(route.path)
    greedy = any(plus for _, plus in variables)
    return (not greedy, -len(variables), route.method != ANY)


def read_routes(template: Mapping[str, Any]) -> tuple[Route, ...]:
    """The routes of a SAM template: its functions' HttpApi events, and the API's HTTP_PROXY integrations."""
    return (*_function_routes(template), *_object_routes(template))


def _function_routes(template: Mapping[str, Any]) -> Iterator[Route]:
    defaults, signed = template.get("Globals", {}).get("Function", {}), set(_signed(template))
    for name, properties in resources(template, "AWS::Serverless::Function"):
        target = _function(name, {**defaults, **properties})
        for event in properties.get("Events", {}).values():
            if event["Type"] == "HttpApi":
                method, path = event["Properties"]["Method"].upper(), event["Properties"]["Path"]
                yield Route(method, path, target, signed=(method, path) in signed)


def _signed(template: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(method, path) of what the API's definition secures; there is one scheme."""
    for path, method, operation in _operations(template):
        if operation.get("security"):
            yield ANY if method == _ANY_METHOD else method.upper(), path


def _operations(template: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(path, method, operation) of every OpenAPI definition in the template."""
    for _, properties in resources(template, "AWS::Serverless::HttpApi"):
        for path, methods in properties.get("DefinitionBody", {}).get("paths", {}).items():
            yield from ((path, method, operation) for method, operation in methods.items())


def _function(name: str, properties: Mapping[str, Any]) -> FunctionTarget:
    return FunctionTarget(
        name=name,
        module=properties["Handler"].rpartition(".")[0],
        timeout=properties.get("Timeout", LAMBDA_TIMEOUT),
        memory=properties.get("MemorySize", LAMBDA_MEMORY),
    )


def _object_routes(template: Mapping[str, Any]) -> Iterator[Route]:
    for path, method, operation in _operations(template):
        integration = operation.get("x-amazon-apigateway-integration", {})
        if integration.get("type", "").lower() == "http_proxy":
            yield Route(method.upper(), path, ObjectTarget())
