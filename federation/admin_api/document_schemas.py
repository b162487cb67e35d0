"""Documents as PUT takes them, for openapi.json: the schemas that editors have, with a reason beside a document."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from federation.admin_api.models import ONE_LINE
from federation.documents.json_schemas import without_null
from federation.model.history import MAX_REASON

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
