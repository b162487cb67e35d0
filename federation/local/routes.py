"""The HTTP API's routes, and which of them answers a request.

Precedence as in "Create routes for HTTP APIs" of the API Gateway developer guide: a full match before a greedy one,
a literal segment before a variable, a named method before ANY.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias
from urllib.parse import unquote

ANY = "ANY"

_VARIABLE = re.compile(r"\{([A-Za-z0-9._-]+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class FunctionTarget:
    """A Lambda function. `timeout`: seconds; `memory`: MB."""

    name: str
    module: str
    timeout: int
    memory: int


@dataclass(frozen=True, slots=True)
class ObjectTarget:
    """A public object in S3, which AWS reads through an HTTP_PROXY integration."""

    url: str
    """The integration's URL; `{name}` stands for a path parameter."""


Target: TypeAlias = FunctionTarget | ObjectTarget


@dataclass(frozen=True, slots=True)
class Route:
    """One route of the API."""

    method: str
    path: str
    target: Target

    @property
    def key(self) -> str:
        """As AWS names it: method and path template."""
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class RouteMatch:
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
