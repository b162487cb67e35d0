"""The functions of the admin API and of the first admin."""

import io
import json
from typing import Any

import pytest

from federation.admin.editor import Applied
from federation.model.trust import DocumentRef, DocumentVersion, Kind
from functions.first_admin import FirstAdminHandler
from functions.http import HttpHandler
from functions.telemetry import structured_logger
from tests.support.admin_world import AdminWorld
from tests.support.lambda_events import Invocation


def event(method: str, path: str, **headers: str) -> dict[str, Any]:
    http = {"method": method, "path": path, "sourceIp": "192.0.2.7"}
    return {"rawPath": path, "headers": headers, "requestContext": {"http": http, "requestId": "r-1"}}


def test_a_request_is_answered_and_named_as_the_gateway_named_it() -> None:
    world = AdminWorld()
    proven = world.headers("GET", "/admin/v1/issuers", world.token())
    answer: Any = HttpHandler(world.endpoint).handle(event("GET", "/admin/v1/issuers", **proven), Invocation())
    assert (answer["statusCode"], answer["headers"]["x-correlation-id"]) == (200, "r-1")
    assert len(json.loads(answer["body"])["items"]) == 2


@pytest.mark.parametrize("anything", [None, [], {}, "text", {"requestContext": 7}, {"rawPath": "/admin/v1/issuers"}])
def test_any_event_is_answered(anything: object) -> None:
    answer: Any = HttpHandler(AdminWorld().endpoint).handle(anything, Invocation())
    assert answer["statusCode"] in (404, 405)
    assert answer["headers"]["content-type"] == "application/problem+json"


def test_what_was_written_of_the_first_admin_is_answered_and_logged() -> None:
    log = io.StringIO()
    created = (DocumentVersion(DocumentRef(Kind.MAPPING, "first-admin"), 1),)
    handler = FirstAdminHandler(lambda _: Applied(created, (), ()), structured_logger(log))
    assert handler.handle({}, Invocation()) == {"written": ["Mapping first-admin"]}
    assert json.loads(log.getvalue())["written"] == ["Mapping first-admin"]
