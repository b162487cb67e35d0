import json

import pytest

from federation.version import VERSION
from functions.health import build
from tests.support.lambda_events import REQUEST_ID, Invocation, gateway_event


def test_health_says_the_version_and_nothing_else() -> None:
    answer = build({})(gateway_event("GET", "/health"), Invocation())
    assert isinstance(answer, dict)
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"]) == {"status": "ok", "version": VERSION}
    assert answer["headers"]["cache-control"] == "no-store"
    assert answer["headers"]["x-correlation-id"] == REQUEST_ID


@pytest.mark.parametrize("event", [None, [], {"requestContext": 1}])
def test_health_answers_any_event(event: object) -> None:
    answer = build({})(event, Invocation())
    assert isinstance(answer, dict)
    assert answer["statusCode"] == 200


@pytest.mark.parametrize("query", ["", "redirect_uri=https://evil.example.com&state=%3Cscript%3E"])
def test_G6_who_wants_to_sign_in_is_sent_nowhere_and_nothing_is_reflected(query: str) -> None:
    answer = build({})({**gateway_event("GET", "/authorize"), "rawQueryString": query}, Invocation())
    assert isinstance(answer, dict)
    assert (answer["statusCode"], answer["headers"].get("location")) == (400, None)
    assert "evil" not in answer["body"]
    assert "script" not in answer["body"]
    assert answer["headers"]["content-security-policy"] == "default-src 'none'"
