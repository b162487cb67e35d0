"""Which operation answers a method and a path."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from http import HTTPStatus

from msgspec import Struct

from federation.admin_api.operation import Operation, Parameter
from federation.admin_api.refusals import AdminRefusal
from federation.oauth.reasons import Reason

PREFIX = "/admin/v1"

_VARIABLE = re.compile(r"\{(\w+)\}")


class Routed(Struct, frozen=True):
    """The operation, and what the variables of its path stand for."""

    operation: Operation
    path: Mapping[str, str]


class Router(Struct, frozen=True, dict=True):
    """Knows every operation. Says nothing that openapi.json does not say to everybody."""

    operations: Sequence[Operation]

    def route(self, method: str, path: str) -> Routed:
        """Raises AdminRefusal: 404, 400 for an id that none has, 405."""
        found: dict[str, Routed] = {}
        for operation, variables in self._at(path):  # where two fit, the first one answers
            found.setdefault(operation.method, Routed(operation, variables))
        if not found:
            raise self._nowhere(path)
        if method not in found:
            headers = {"allow": ", ".join(sorted(found))}
            raise AdminRefusal(HTTPStatus.METHOD_NOT_ALLOWED, Reason.WRONG_METHOD, headers=headers)
        _check_variables(found[method].operation, found[method].path)
        return found[method]

    @cached_property
    def _templates(self) -> list[tuple[re.Pattern[str], Operation]]:
        # Literal segments before variables: `/approvals/x/approve` is none of `/approvals/{id}`'s.
        ordered = sorted(self.operations, key=lambda one: len(_VARIABLE.findall(one.path)))
        return [(_pattern(operation.path), operation) for operation in ordered]

    def _at(self, path: str) -> list[tuple[Operation, Mapping[str, str]]]:
        matches = [(one, match) for template, one in self._templates if (match := template.fullmatch(path))]
        fewest = min((len(match.groupdict()) for _, match in matches), default=0)
        return [(one, match.groupdict()) for one, match in matches if len(match.groupdict()) == fewest]

    def _nowhere(self, path: str) -> AdminRefusal:
        """400 below something that is there: the rest of the path is meant for an id, and is none (ATTACKS O7)."""
        named = (one.path.split("{")[0] for one in self.operations if "{" in one.path)
        collections = {PREFIX + collection for collection in named if collection != "/"}
        if any(path.startswith(collection) for collection in collections):
            return AdminRefusal(HTTPStatus.BAD_REQUEST, Reason.MALFORMED_PATH)
        return AdminRefusal(HTTPStatus.NOT_FOUND, Reason.NO_SUCH_RESOURCE)


def _pattern(template: str) -> re.Pattern[str]:
    pieces = _VARIABLE.split(PREFIX + template)
    return re.compile("".join(f"(?P<{piece}>[^/]+)" if odd else re.escape(piece) for odd, piece in _odd(pieces)))


def _odd(pieces: Sequence[str]) -> list[tuple[bool, str]]:
    return [(position % 2 == 1, piece) for position, piece in enumerate(pieces)]


def _check_variables(operation: Operation, path: Mapping[str, str]) -> None:
    for variable in operation.variables:
        if not re.fullmatch(variable.pattern, path[variable.name]):
            raise AdminRefusal(HTTPStatus.BAD_REQUEST, Reason.MALFORMED_PATH, _explained(variable))


def _explained(variable: Parameter) -> str:
    return f"{variable.name}: {variable.description}"
