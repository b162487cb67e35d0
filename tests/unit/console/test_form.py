"""A form made from the schema says what the document says, and the document again."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from federation.console.form import Field, Form, shown_value
from federation.documents.yaml_source import read_sources
from tests.support.admin_world import AdminWorld

EXAMPLES = Path(__file__).parents[3] / "examples" / "trust"
DOCUMENTS: Sequence[Any] = [source.value for source in read_sources(EXAMPLES).documents]


@pytest.fixture(scope="module")
def schemas() -> Any:  # noqa: ANN401 (JSON)
    return AdminWorld().send("GET", "/admin/v1/openapi.json", b"", {}).members["components"]["schemas"]


def sent(fields: Sequence[Field]) -> Iterator[tuple[str, str]]:
    """As a browser sends them."""
    for one in fields:
        if one.shape == "parts":
            yield f"{one.pointer}/", str(len(one.parts))
        if one.is_said:
            yield f"{one.pointer}?", "true"
        if one.shape == "flag":
            if one.value is True or (one.value is None and one.default == "true"):
                yield one.pointer, "true"
        elif not one.fields and not one.parts:
            yield one.pointer, shown_value(one).replace("\n", "\r\n")
        yield from sent((*one.fields, *one.parts))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: f"{one['kind']}-{one['id']}")
def test_every_example_comes_back_as_it_was(schemas: Any, document: dict[str, Any]) -> None:  # noqa: ANN401
    form = Form(document["kind"], schemas)
    assert form.read(dict(sent(form.fields(document)))) == (document, [])


def test_what_cannot_be_read_is_said_at_its_field(schemas: Any) -> None:  # noqa: ANN401
    _, problems = Form("Mapping", schemas).read({"/id": "a", "/match": "sub: [x"})
    assert [one.pointer for one in problems] == ["/match"]


def test_a_number_that_is_too_long_is_left_to_the_bridge(schemas: Any) -> None:  # noqa: ANN401
    document, _ = Form("Client", schemas).read(
        {"/id": "a", "/rate_limit/burst": "9" * 5000, "/rate_limit/per_second": "7"}
    )
    assert document["rate_limit"] == {"burst": "9" * 5000, "per_second": 7}


@pytest.mark.parametrize("count", ["99999", "9" * 5000, "-1", "x", "", "٣"], ids=lambda text: text[:9] or "empty")
def test_a_count_that_was_made_up_makes_no_work(schemas: Any, count: str) -> None:  # noqa: ANN401
    document, _ = Form("Mapping", schemas).read({"/id": "a", "/enabled": "true", "/grants/": count})
    assert document == {"kind": "Mapping", "id": "a"}
