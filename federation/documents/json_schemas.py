"""A JSON Schema for each kind, for editors: `python -m federation.documents.json_schemas infra/schemas`."""

import json
import sys
from pathlib import Path
from typing import Any

from federation.documents.registry import REGISTRY, DocumentKind

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schemas() -> dict[str, dict[str, Any]]:
    """File name without suffix -> schema."""
    return {kind.lower(): _schema(row) for kind, row in REGISTRY.items()}


def _schema(row: DocumentKind) -> dict[str, Any]:
    return {"$schema": DIALECT, **without_null(row.schema.model_json_schema()), "title": row.kind.value}


def without_null(part: Any) -> Any:  # noqa: ANN401 (JSON)
    """A key that may be left out may not be null: the schema without that branch."""
    if isinstance(part, list):
        return [without_null(one) for one in part if one != {"type": "null"}]
    if not isinstance(part, dict):
        return part
    kept = {key: without_null(value) for key, value in part.items() if (key, value) != ("default", None)}
    branches = kept.get("anyOf", [])
    return {**branches[0], **{key: kept[key] for key in kept if key != "anyOf"}} if len(branches) == 1 else kept


def write(folder: Path) -> None:
    """One file per kind."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in json_schemas().items():
        (folder / f"{name}.json").write_text(rendered(schema))


def rendered(schema: dict[str, Any]) -> str:
    """As the files hold it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
