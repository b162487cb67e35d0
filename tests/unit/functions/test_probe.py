"""The scheduled prober: what succeeded is counted where the alarm looks, and named in the log."""

import io
import json

import pytest

from federation.prober.run import Outcome, Report, Result
from federation.settings import SettingsError
from functions.probe import ProbeHandler, build
from functions.telemetry import Counters, structured_logger
from tests.support.lambda_events import Invocation

REFUSED = Result("A1", "alg none", Outcome.REFUSED, 400, "unsupported_algorithm")
SUCCEEDED = Result("M1", "a token again", Outcome.SUCCEEDED, 200, correlation_id="c-1")


@pytest.mark.parametrize(("results", "succeeded"), [((REFUSED, SUCCEEDED), 1.0), ((REFUSED, REFUSED), 0.0)])
def test_what_succeeded_is_counted_and_named(results: tuple[Result, ...], succeeded: float) -> None:
    out = io.StringIO()
    report = Report("https://federation.example.com", known=True, control="", results=results)
    ProbeHandler(lambda: report, structured_logger(out), Counters(out)).handle({}, Invocation())
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["AttackSucceeded"] for line in lines if "AttackSucceeded" in line] == [[succeeded]]
    named = [line["attack"]["correlation_id"] for line in lines if "attack" in line]
    assert named == (["c-1"] if succeeded else [])


def test_without_a_key_it_does_not_start() -> None:
    with pytest.raises(SettingsError):
        build({})
