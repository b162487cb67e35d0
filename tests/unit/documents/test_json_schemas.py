"""The schemas that editors use are the ones that are checked."""

import json
from pathlib import Path

from federation.documents.json_schemas import json_schemas, rendered, write
from federation.documents.registry import REGISTRY

COMMITTED = Path(__file__).parents[3] / "infra" / "schemas"


def test_the_committed_schemas_are_the_generated_ones() -> None:
    generated = {f"{name}.json": rendered(schema) for name, schema in json_schemas().items()}
    assert {file.name: file.read_text() for file in COMMITTED.iterdir()} == generated


def test_there_is_one_for_each_kind(tmp_path: Path) -> None:
    write(tmp_path / "schemas")
    assert {json.loads(file.read_text())["title"] for file in tmp_path.glob("schemas/*")} == set(REGISTRY)


def test_a_schema_knows_every_key_refuses_others_and_allows_no_null() -> None:
    for kind, row in REGISTRY.items():
        generated = json_schemas()[kind.lower()]
        assert set(generated["properties"]) == set(row.schema.model_fields)
        assert generated["additionalProperties"] is False
        assert '"null"' not in rendered(generated)
