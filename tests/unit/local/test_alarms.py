"""A laptop's alarms: silent one step earlier, ringing at the threshold, silent again when it is over."""

from time import time

import pytest

from federation.aws.clients import cloudwatch_client
from federation.aws.metric_history import CloudWatchAlarms
from federation.local.alarms import put_alarms
from federation.local.embedded_aws import EmbeddedAws, embedded_metrics, measure_aws


def ringing() -> set[str]:
    return {one.name for one in CloudWatchAlarms(cloudwatch_client(), "laptop").states() if one.rings}


@pytest.fixture(autouse=True)
def laptop() -> object:
    with EmbeddedAws({}):
        metrics = embedded_metrics()
        assert metrics
        metrics.reset()
        put_alarms()
        yield


def failed(function: str) -> None:
    measure_aws("AWS/Lambda", "Errors", "FunctionName", f"laptop-{function}")


def elapse(seconds: int) -> None:
    metrics = embedded_metrics()
    assert metrics
    metrics.elapse(seconds)


def test_three_periods_in_a_row_are_not_two() -> None:
    for period in range(3):
        assert "publish-errors" not in ringing(), period
        elapse(300)
        failed("publish")
    assert "publish-errors" in ringing()
    elapse(300)
    assert "publish-errors" not in ringing()


def test_a_threshold_is_reached_by_the_sum_of_a_period() -> None:
    metrics = embedded_metrics()
    assert metrics
    named = {"service": "federation-bridge", "aws": "kms"}
    metrics.record("FederationBridge", "AwsThrottled", named, time(), [1.0] * 9)
    assert "kms-throttled" not in ringing()
    metrics.record("FederationBridge", "AwsThrottled", named, time(), [1.0])
    assert "kms-throttled" in ringing()


def test_silence_rings_where_it_is_bad_and_not_before_it_could_be() -> None:
    assert ringing() == set()
    elapse(360)
    assert ringing() == {"status-silent"}


def test_every_alarm_has_a_name_and_a_runbook() -> None:
    states = CloudWatchAlarms(cloudwatch_client(), "laptop").states()
    assert len(states) > 20
    assert all(one.description.endswith(f" docs/runbooks/{one.name}.md") for one in states)
