import io
import json
from http import HTTPStatus
from typing import Any

import pytest

from federation.aws.audit_log import PowertoolsAuditLog
from federation.issuer_keys.endpoint import IssuerKeysEndpoint
from federation.model.metrics import KEYS_PUSHED
from functions.http import CountedSuccesses, HttpHandler, Success
from functions.telemetry import CountedLog, Counters, structured_logger
from tests.support.issuer_world import jwks
from tests.support.lambda_events import REQUEST_ID, Invocation, gateway_event
from tests.support.push_world import FIRST, PATH, SECOND, PushWorld

BODY = json.dumps(jwks(FIRST, SECOND)).encode()


class Function:
    """The function over a whole world in memory; `log` is all it wrote."""

    def __init__(self) -> None:
        self.world, self.log = PushWorld(), io.StringIO()
        counters = Counters(self.log)
        log = CountedLog(PowertoolsAuditLog(structured_logger(self.log)), counters)
        endpoint = IssuerKeysEndpoint(self.world.push_keys(log), "https://federation.example.com/errors.html")
        self.handler = HttpHandler(CountedSuccesses(endpoint, counters, Success(HTTPStatus.NO_CONTENT, KEYS_PUSHED)))

    def invoke(self, event: object) -> dict[str, Any]:
        return self.handler.handle(event, Invocation())

    def push(self, token: str) -> dict[str, Any]:
        event = gateway_event("POST", PATH, BODY)
        event["headers"] = {"content-type": "application/jwk-set+json", "authorization": f"Bearer {token}"}
        return self.invoke(event)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.getvalue().splitlines()]


def test_keys_that_were_taken_are_counted() -> None:
    function = Function()
    answer = function.push(function.world.vouching(BODY))
    assert (answer["statusCode"], answer["body"]) == (204, "")
    assert answer["headers"] == {"cache-control": "no-store", "x-correlation-id": REQUEST_ID}
    (line,) = function.lines
    assert (line["KeysPushed"], line["correlation_id"]) == ([1.0], REQUEST_ID)


def test_a_refusal_is_logged_and_counted_under_the_gateways_id() -> None:
    function = Function()
    answer = function.push(function.world.vouching(BODY, SECOND))
    assert answer["statusCode"] == 401
    record, counter = function.lines
    assert (record["refusal"]["correlation_id"], record["refusal"]["reason"]) == (REQUEST_ID, "push_not_authorized")
    assert (counter["Refused"], counter["reason"]) == ([1.0], "push_not_authorized")


@pytest.mark.parametrize("event", [None, {}, [], "text", {"requestContext": []}, {"headers": {"authorization": 1}}])
def test_any_event_gets_a_typed_answer_and_one_record(event: object) -> None:
    function = Function()
    answer = function.invoke(event)
    assert answer["statusCode"] in {400, 401, 405}
    assert json.loads(answer["body"])["error"] in {"invalid_request", "invalid_token"}
    assert len([line for line in function.lines if "refusal" in line]) == 1


def test_what_nobody_foresaw_is_a_typed_answer_too() -> None:
    function = Function()
    function.world.pushed.kept = None  # type: ignore[assignment]
    answer = function.push(function.world.vouching(BODY))
    assert (answer["statusCode"], json.loads(answer["body"])["error"]) == (500, "server_error")
    assert "AttributeError at fake_issuer_keys.py" in function.lines[0]["refusal"]["detail"]
