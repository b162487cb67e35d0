"""An operation answers what openapi.json says of it, and nothing else."""

import json
from http import HTTPStatus
from typing import Any

import pytest

from federation.admin_api.models import Shown
from federation.admin_api.operation import AdminRequest, Answer, Operation
from federation.oauth.http import HttpRequest
from tests.support.admin_resources import ResourceWorld


class OneShown(Shown):
    name: str
    note: str | None = None


class OtherShown(OneShown):
    """Of another form, though it has the same members."""


REQUEST: Any = AdminRequest(HttpRequest("GET", "/admin/v1/one", b"", "c-1"), None)  # type: ignore[arg-type]


def answered(answer: Answer) -> Answer:
    operation = Operation(
        "GET",
        "/one",
        "",
        "",
        handle=lambda _: answer,
        name="getOne",
        response=OneShown,
        otherwise={HTTPStatus.ACCEPTED: OtherShown},
    )
    return operation.answer(REQUEST)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (HTTPStatus.OK, {"name": "x"}),
        (HTTPStatus.OK, OtherShown(name="x")),
        (HTTPStatus.ACCEPTED, OneShown(name="x")),
    ],
)
def test_another_form_than_the_declared_one_is_no_answer(status: HTTPStatus, body: Shown | dict[str, str]) -> None:
    with pytest.raises(TypeError, match="getOne"):
        answered(Answer(status, body))


def test_the_members_that_were_given_are_answered() -> None:
    assert json.loads(answered(Answer(HTTPStatus.OK, OneShown(name="x"))).rendered()) == {"name": "x"}
    other = Answer(HTTPStatus.ACCEPTED, OtherShown(name="\u00e9", note=None))
    assert answered(other).rendered() == b'{"name":"\\u00e9","note":null}'
    assert answered(Answer(HTTPStatus.NO_CONTENT)).rendered() == b""


def test_every_operation_declares_a_form_of_its_answers() -> None:
    operations = ResourceWorld().operations
    without = {one.name for one in operations if one.response is None and one.status is not HTTPStatus.NO_CONTENT}
    assert without == {"getOpenApi"}
    forms = {form for one in operations for form in (one.response, *one.otherwise.values()) if form}
    assert all(issubclass(form, Shown) for form in forms)
