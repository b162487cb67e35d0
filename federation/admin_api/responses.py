"""What an operation may answer, as OpenAPI tells it: good answers, our refusals, and those of the gateway before us."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from federation.admin_api.models import GatewayRefusalShown, RefusalShown
from federation.admin_api.operation import Operation

ALWAYS = (
    *(HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND),
    *(HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.INTERNAL_SERVER_ERROR),
)
WITH_BODY = (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, HTTPStatus.UNPROCESSABLE_ENTITY)
GATEWAY = (
    *(HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE),
    *(HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE),
)
"""Its own quotas, and a function that does not answer; a body beyond its quota only where there is one."""

REFUSALS: tuple[type[BaseModel], ...] = (RefusalShown, GatewayRefusalShown)
REF = "#/components/schemas/{model}"

_PROBLEM = "application/problem+json"
_JSON = "application/json"


def responses(operation: Operation) -> dict[str, Any]:
    """The Responses Object of `operation`."""
    forms = {**dict.fromkeys((operation.status, *operation.also), operation.response), **operation.otherwise}
    good = {status: _good(status, form) for status, form in forms.items()}
    ours = {*ALWAYS, *operation.refusals, *(WITH_BODY if operation.takes_body else ())}
    gateways = {*GATEWAY, *(WITH_BODY[:1] if operation.takes_body else ())}
    bad = {status: _bad(status, ours, gateways) for status in sorted(ours | gateways)}
    return {str(status.value): response for status, response in {**good, **bad}.items()}


def ref(model: type[BaseModel] | None) -> dict[str, Any]:
    """Where `model` is described; anything for none."""
    return {"$ref": REF.format(model=model.__name__)} if model else {"type": "object"}


def _good(status: HTTPStatus, form: type[BaseModel] | None) -> dict[str, Any]:
    if status is HTTPStatus.NO_CONTENT:
        return {"description": status.phrase}
    return {"description": status.phrase, "content": {_JSON: {"schema": ref(form)}}}


def _bad(status: HTTPStatus, ours: set[HTTPStatus], gateways: set[HTTPStatus]) -> dict[str, Any]:
    return {"description": status.phrase, "content": dict(_refusals(status in ours, status in gateways))}


def _refusals(ours: bool, gateways: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    if ours:
        yield _PROBLEM, {"schema": ref(RefusalShown)}
    if gateways:
        yield _JSON, {"schema": ref(GatewayRefusalShown)}
