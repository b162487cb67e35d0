import json
import subprocess
import sys
from collections.abc import Mapping
from types import ModuleType

import pytest

from functions import apply, health, publish, token
from functions.runtime import Context, Handler, built_on_access
from tests.support.lambda_events import Invocation
from tests.support.lambda_template import ROOT


def echo(event: object, context: Context) -> object:
    return event, context.aws_request_id


class Builds:
    """Counts, and keeps what it was given."""

    def __init__(self) -> None:
        self.environments: list[Mapping[str, str]] = []

    def __call__(self, environment: Mapping[str, str]) -> Handler:
        self.environments.append(environment)
        return echo


def test_a_handler_is_built_when_it_is_asked_for_and_not_before() -> None:
    builds = Builds()
    attribute = built_on_access(builds)
    assert not builds.environments
    handler = attribute("handler")
    assert handler({"a": 1}, Invocation()) == [{"a": 1}, Invocation().aws_request_id]
    assert "PATH" in builds.environments[0]


STARTS = """
import functions, gc
from functions.runtime import built_on_access
before = gc.isenabled()
built_on_access(lambda environment: print)("handler")
print(before, gc.isenabled(), gc.get_freeze_count() > 0)
"""


@pytest.mark.parametrize(
    ("environment", "said"), [({}, "True True False\n"), ({"AWS_LAMBDA_FUNCTION_NAME": "token"}, "False True True\n")]
)
def test_lambda_looks_for_garbage_once_a_function_has_started(environment: dict[str, str], said: str) -> None:
    command = [sys.executable, "-c", STARTS]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == said


def test_no_other_attribute_is_made_up() -> None:
    builds = Builds()
    with pytest.raises(AttributeError):
        built_on_access(builds)("handlers")
    assert not builds.environments


@pytest.mark.parametrize("module", [token, health, publish, apply])
def test_importing_a_function_builds_nothing(module: ModuleType) -> None:
    assert "handler" not in vars(module)
    assert callable(module.build)
    with pytest.raises(AttributeError):
        module.handlers  # noqa: B018 - the access is the test


def test_no_answer_has_a_text_that_cannot_be_sent() -> None:
    """The runtime encodes what a handler returns, and ends with what it cannot encode."""
    handler = built_on_access(Builds())("handler")
    answer = handler({"lone \ud800": ["\udfff", {"nested": "\ud83d"}], "whole": "\U0001f600 \u00e9"}, Invocation())
    text = json.dumps(answer, ensure_ascii=False)
    assert text.encode()
    assert "\\ud800" in text
    assert "\U0001f600 \u00e9" in text
