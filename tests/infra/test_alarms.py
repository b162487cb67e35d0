import io
import json

import pytest

from federation.model.metrics import METRICS
from functions.telemetry import Counters
from tests.support.lambda_template import Deployment, Template

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"


def test_alarms_stand_for_what_nobody_would_otherwise_notice(deployment: Deployment) -> None:
    alarms = deployment.of_type("AWS::CloudWatch::Alarm").values()
    assert {(each["MetricName"], each["Dimensions"][0]["Value"]) for each in alarms} == {
        ("5xx", "HttpApi"),
        ("Errors", "TokenFunction"),
        ("Throttles", "TokenFunction"),
        ("Errors", "AdminFunction"),
        ("Invocations", "ApplyTrustFunction"),
        ("Invocations", "ConfirmTrustFunction"),
        ("Errors", "PublishFunction"),
        ("Invocations", "PublishFunction"),
        ("KeysStale", "federation-bridge"),
        ("KeysRolledBack", "federation-bridge"),
        ("KeyOverdue", "federation-bridge"),
        ("Errors", "RotateFunction"),
        ("Invocations", "RotateFunction"),
        ("Errors", "RefreshKeysFunction"),
        ("Invocations", "RefreshKeysFunction"),
        ("Errors", "StatusFunction"),
        ("Invocations", "StatusFunction"),
        ("Errors", "NotifyFunction"),
        ("Errors", "ArchiveFunction"),
        ("IteratorAge", "ArchiveFunction"),
        ("Invocations", "ArchiveFunction"),
        ("ApproximateNumberOfMessagesVisible", "ArchiveFailures.QueueName"),
    }


@pytest.mark.parametrize(
    "name",
    ["PublishSilentAlarm", "RefreshKeysSilentAlarm", "StatusSilentAlarm", "ArchiveSilentAlarm", "RotateSilentAlarm"],
)
def test_a_schedule_that_stopped_is_an_alarm_too(deployment: Deployment, name: str) -> None:
    alarm = deployment.properties(name)
    assert (alarm["ComparisonOperator"], alarm["TreatMissingData"]) == ("LessThanThreshold", "breaching")


@pytest.mark.parametrize("name", ["IssuerKeysStaleAlarm", "KeysRolledBackAlarm", "KeyOverdueAlarm"])
def test_what_is_counted_is_counted_where_the_alarm_looks(deployment: Deployment, name: str) -> None:
    alarm, log = deployment.properties(name), io.StringIO()
    (declared,) = [metric for metric in METRICS if metric.name == alarm["MetricName"]]
    Counters(log).count(declared, {}, 1)
    counter = json.loads(log.getvalue())
    (metrics,) = counter["_aws"]["CloudWatchMetrics"]
    assert metrics["Namespace"] == alarm["Namespace"]
    assert [metric["Name"] for metric in metrics["Metrics"]] == [alarm["MetricName"]]
    assert [{"Name": name, "Value": counter[name]} for (name,) in metrics["Dimensions"]] == alarm["Dimensions"]


def test_alarms_go_to_the_topic_if_there_is_one(template: Template, deployment: Deployment) -> None:
    assert not [each for each in deployment.of_type("AWS::CloudWatch::Alarm").values() if "AlarmActions" in each]
    told = Deployment(template, AlarmTopicArn=TOPIC).of_type("AWS::CloudWatch::Alarm").values()
    assert all(each["AlarmActions"] == [TOPIC] for each in told)
