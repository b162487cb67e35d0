"""openapi.json says what the operations' tables say, to everybody."""

import json
from typing import Any

import pytest

from tests.support.admin_world import AdminWorld

DOCUMENT: dict[str, Any] = AdminWorld().send("GET", "/admin/v1/openapi.json", b"", {}).members


def test_it_is_openapi_for_everybody() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    assert DOCUMENT["servers"] == [{"url": "https://federation.example.com"}]


def test_every_operation_is_in_it_once_and_nothing_else() -> None:
    described = {(m.upper(), p): o["operationId"] for p, ms in DOCUMENT["paths"].items() for m, o in ms.items()}
    operations = AdminWorld().operations
    assert described == {(one.method, f"/admin/v1{one.path}"): one.name for one in operations}
    assert len(set(described.values())) == len(operations)


def test_every_reference_leads_somewhere() -> None:
    text = json.dumps(DOCUMENT)
    for name in {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}:
        assert name in DOCUMENT["components"]["schemas"]


@pytest.mark.parametrize("path", ["/admin/v1/issuers/{id}", "/admin/v1/policies/{id}", "/admin/v1/clients/{id}"])
def test_documents_have_their_schema_and_preconditions(path: str) -> None:
    put = DOCUMENT["paths"][path]["put"]
    assert {each["name"] for each in put["parameters"]} == {"id", "If-Match", "If-None-Match"}
    assert {"200", "201", "401", "403", "409", "412", "422", "428"} <= put["responses"].keys()
    assert put["security"] == [{"dpop": ["trust:write"]}, {"bearer": ["trust:write"]}]


def test_another_method_is_told_which_there_are() -> None:
    answer = AdminWorld().send("PATCH", "/admin/v1/issuers/corp", b"", {})
    assert (answer.status, answer.headers["allow"]) == (405, "DELETE, GET, PUT")
