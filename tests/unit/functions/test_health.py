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
