"""The HTTP API's routes, as template.yaml has them, and which of them answers a request."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote

import yaml
from msgspec import Struct

if TYPE_CHECKING or not yaml.__with_libyaml__:
    from yaml import SafeLoader
else:
    from yaml import CSafeLoader as SafeLoader  # ten times as fast, and every start reads the template twice

TEMPLATE = Path(__file__).with_name("template.yaml")

Properties: TypeAlias = Mapping[str, Any]


class CloudFormationLoader(SafeLoader):
    """Safe YAML that knows CloudFormation's tags."""


def _long_form(loader: CloudFormationLoader, tag: str, node: yaml.Node) -> dict[str, object]:
    value = _value(loader, node)
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


def _value(loader: CloudFormationLoader, node: yaml.Node) -> object:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    raise TypeError("a node is a scalar, a sequence or a mapping")


CloudFormationLoader.add_multi_constructor("!", _long_form)


def load_template(path: Path = TEMPLATE) -> dict[str, Any]:
    """The whole template; raises OSError, and yaml.YAMLError for text that is no YAML."""
    # A subclass of SafeLoader makes nothing but plain values.
    template: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=CloudFormationLoader)  # noqa: S506
    return template


def resources(template: Mapping[str, Any], resource_type: str) -> Iterator[tuple[str, Properties]]:
    """(logical id, properties) of each resource of that type."""
    for name, resource in template["Resources"].items():
        if resource["Type"] == resource_type:
            yield name, resource.get("Properties", {})


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
