"""openapi.json: what the operations say of themselves, with the forms of documents."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from http import HTTPStatus
from typing import Any

from msgspec import Struct
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from federation.admin_api.endpoint import PREFIX
from federation.admin_api.models import ONE_LINE
from federation.admin_api.operation import AdminRequest, Answer, Operation, Parameter
from federation.admin_api.responses import REF, REFUSALS, ref, responses
from federation.documents.json_schemas import without_null
from federation.model.history import MAX_REASON
from federation.version import VERSION

_REASON = {
    "type": "string",
    "maxLength": MAX_REASON,
    "pattern": ONE_LINE,
    "description": "Why, for the history: one printable line. No part of the document.",
}


def document_schemas(models: Iterable[type[BaseModel]], reference: str) -> dict[str, Any]:
    """Definitions of the models and their parts. `reference`: how one names another, with `{model}`."""
    ordered = sorted(set(models), key=lambda model: model.__name__)
    _, schema = models_json_schema([(model, "validation") for model in ordered], ref_template=reference)
    definitions: dict[str, Any] = without_null(schema.get("$defs", {}))
    for model in ordered:
        definitions[model.__name__]["properties"]["reason"] = _REASON
    return definitions


_VARIABLE = re.compile(r"\{(\w+)\}")


class OpenApi(Struct, frozen=True):
    """Describes every operation, itself included. `issuer`: our URL."""

    issuer: str
    described: Callable[[], Sequence[Operation]]

    def operations(self) -> Iterator[Operation]:
        """The table."""
        yield Operation("GET", "/openapi.json", "", "This document.", handle=self._get, name="getOpenApi")

    def document(self) -> dict[str, Any]:
        """All of it."""
        operations = self.described()
        paths: dict[str, dict[str, Any]] = {}
        for operation in operations:
            paths.setdefault(PREFIX + operation.path, {})[operation.method.lower()] = _operation(operation)
        return {
            "openapi": "3.1.0",
            "info": {"title": "federation-bridge admin API", "version": VERSION},
            "servers": [{"url": self.issuer}],
            "paths": paths,
            "components": {"schemas": _schemas(operations), "securitySchemes": _SECURITY},
        }

    def _get(self, request: AdminRequest) -> Answer:  # noqa: ARG002 (for everybody alike)
        return Answer(HTTPStatus.OK, self.document())


_SECURITY = {
    "dpop": {
        "type": "http",
        "scheme": "DPoP",
        "description": "A token of this bridge for federation-admin, bound to a key (RFC 9449).",
    },
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "The same bound to a TLS client certificate (RFC 8705), or on a laptop to nothing.",
    },
}


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": list(_parameters(operation)),
        "responses": responses(operation),
        "security": [{"dpop": [operation.scope]}, {"bearer": [operation.scope]}] if operation.scope else [],
    }
    if operation.request is not None:
        content = {"application/json": {"schema": ref(operation.request)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    variables = {variable.name: variable for variable in operation.variables}
    for name in _VARIABLE.findall(operation.path):
        yield _parameter(variables.get(name, Parameter(name, "[^/]+")), "path")
    for parameter in operation.query:
        yield _parameter(parameter, "query")
    if operation.precondition:
        yield _header("If-Match", r'"[1-9][0-9]{0,11}"', "The ETag of the version that is there.")
        yield _header("If-None-Match", r"\*", "There is none yet.")
    if operation.is_action:
        yield _header("Idempotency-Key", r"[\x21-\x7e]{1,255}", "Asked again under this name, it is done once.")


def _parameter(parameter: Parameter, place: str) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": place,
        "required": place == "path",
        "description": parameter.description,
        "schema": {"type": "string", "pattern": f"^(?:{parameter.pattern})$"},
    }


def _header(name: str, pattern: str, description: str) -> dict[str, Any]:
    return _parameter(Parameter(name, pattern, description), "header")


def _schemas(operations: Sequence[Operation]) -> dict[str, Any]:
    documents = {one.request for one in operations if one.request and one.document}
    models = {
        model for one in operations for model in (one.request, one.response, *one.otherwise.values()) if model
    } | set(REFUSALS)
    ordered = sorted(models - documents, key=lambda model: model.__name__)
    _, schema = models_json_schema([(model, "validation") for model in ordered], ref_template=REF)
    definitions: dict[str, Any] = schema["$defs"]
    return {**definitions, **document_schemas(documents, REF)}
