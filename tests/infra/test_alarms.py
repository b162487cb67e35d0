import io
import json

import pytest

from federation.local.functions import kebab
from federation.model.metrics import METRICS, NAMESPACE
from functions.telemetry import Counters
from tests.support.lambda_template import CERTIFICATE, Deployment, Template, nested

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"
ALARM = "AWS::CloudWatch::Alarm"
OURS = ("service", "federation-bridge")


def watched(alarm: dict[str, object]) -> tuple[str, str]:
    """Metric, and the last of its dimensions."""
    dimensions = alarm["Dimensions"]
    assert isinstance(dimensions, list)
    return str(alarm["MetricName"]), str(dimensions[-1]["Value"]).removeprefix("AWS::StackName-")


def test_alarms_stand_for_what_nobody_would_otherwise_notice(alarms: Deployment) -> None:
    assert {watched(each) for each in alarms.of_type(ALARM).values()} == {
        ("5xx", "HttpApi"),
        ("Errors", "token"),
        ("Throttles", "token"),
        ("Errors", "admin"),
        ("Invocations", "apply-trust"),
        ("Invocations", "confirm-trust"),
        ("Errors", "publish"),
        ("Invocations", "publish"),
        ("KeysStale", "federation-bridge"),
        ("CertificatesEnding", "federation-bridge"),
        ("KeysRolledBack", "federation-bridge"),
        ("KeyOverdue", "federation-bridge"),
        ("Errors", "rotate"),
        ("Invocations", "rotate"),
        ("Errors", "refresh-keys"),
        ("Invocations", "refresh-keys"),
        ("Errors", "status"),
        ("Invocations", "status"),
        ("AttackSucceeded", "federation-bridge"),
        ("SignaturesUnrecorded", "federation-bridge"),
        ("Errors", "reconcile"),
        ("Invocations", "reconcile"),
        ("Errors", "probe"),
        ("Invocations", "probe"),
        ("Errors", "notify"),
        ("Errors", "signals"),
        ("IteratorAge", "signals"),
        ("Errors", "archive"),
        ("IteratorAge", "archive"),
        ("Invocations", "archive"),
        ("ApproximateNumberOfMessagesVisible", "ArchiveFailures.QueueName"),
        ("AwsThrottled", "kms"),
        ("AwsThrottled", "dynamodb"),
        ("AwsFailed", "federation-bridge"),
        ("SignalsRang", "bad_signature_jump"),
        ("SignalsRang", "no_mapping_jump"),
        ("SignalsRang", "federation-bridge"),
        ("ExchangeDuration", "federation-bridge"),
    }


def test_an_alarm_looks_at_a_function_that_there_is(deployment: Deployment, alarms: Deployment) -> None:
    names = {one["FunctionName"].replace("<AWS::StackName>", "AWS::StackName") for one in
             deployment.of_type("AWS::Lambda::Function").values() if "FunctionName" in one}  # fmt: skip
    looked_at = {
        dimension["Value"]
        for alarm in alarms.of_type(ALARM).values()
        for dimension in alarm["Dimensions"]
        if dimension["Name"] == "FunctionName"
    }
    assert looked_at <= names


@pytest.mark.parametrize(
    "name",
    [
        "PublishSilentAlarm",
        "RefreshKeysSilentAlarm",
        "StatusSilentAlarm",
        "ArchiveSilentAlarm",
        "RotateSilentAlarm",
        "ProbeSilentAlarm",
        "ReconcileSilentAlarm",
    ],
)
def test_a_schedule_that_stopped_is_an_alarm_too(alarms: Deployment, name: str) -> None:
    alarm = alarms.properties(name)
    assert (alarm["ComparisonOperator"], alarm["TreatMissingData"]) == ("LessThanThreshold", "breaching")


def test_what_is_counted_is_counted_where_the_alarm_looks(alarms: Deployment) -> None:
    ours = [each for each in alarms.of_type(ALARM).values() if each["Namespace"] == NAMESPACE]
    assert ours
    for alarm in ours:
        named = {one["Name"]: one["Value"] for one in alarm["Dimensions"]}
        (declared,) = [metric for metric in METRICS if metric.name == alarm["MetricName"]]
        log = io.StringIO()
        Counters(log).count(declared, {name: value for name, value in named.items() if name != "service"})
        counter = json.loads(log.getvalue())
        (metrics,) = counter["_aws"]["CloudWatchMetrics"]
        assert metrics["Namespace"] == alarm["Namespace"]
        assert sorted(named) in [sorted(one) for one in metrics["Dimensions"]], alarm["AlarmName"]
        assert {name: counter[name] for name in named} == named


def test_a_budget_is_told_of_where_one_is_set(deployment: Deployment) -> None:
    given = deployment.properties("Alarms")["Parameters"]
    assert "Budget" not in Deployment(nested("alarms"), **{**given, "AlarmTopicArn": TOPIC}).resources
    set_ = Deployment(nested("alarms"), **{**given, "AlarmTopicArn": TOPIC, "MonthlyBudget": "50"})
    budget = set_.properties("Budget")
    assert budget["Budget"]["BudgetLimit"] == {"Amount": "50", "Unit": "USD"}
    assert {one["Subscribers"][0]["Address"] for one in budget["NotificationsWithSubscribers"]} == {TOPIC}


def test_a_certificate_is_watched_where_there_is_one(deployment: Deployment) -> None:
    given = deployment.properties("Alarms")["Parameters"]
    both = Deployment(nested("alarms"), **{**given, "CertificateArn": CERTIFICATE, "MtlsCertificateArn": CERTIFICATE})
    watching = [each for each in both.of_type(ALARM).values() if each["MetricName"] == "DaysToExpiry"]
    assert [each["Dimensions"] for each in watching] == [[{"Name": "CertificateArn", "Value": CERTIFICATE}]] * 2


def test_the_function_of_the_first_admin_is_watched_where_it_is(deployment: Deployment) -> None:
    given = deployment.properties("Alarms")["Parameters"]
    assert "FirstAdminErrorsAlarm" in Deployment(nested("alarms"), **{**given, "FirstAdmin": "true"}).resources


def test_an_alarm_links_to_the_runbook_of_its_name(alarms: Deployment) -> None:
    for logical_id, alarm in alarms.of_type(ALARM).items():
        name = kebab(logical_id.removesuffix("Alarm"))
        assert alarm["AlarmName"] == f"AWS::StackName-{name}"
        assert alarm["AlarmDescription"].endswith(f". docs/runbooks/{name}.md")


def test_alarms_go_to_the_topic_if_there_is_one(template: Template, alarms: Deployment) -> None:
    assert not [each for each in alarms.of_type(ALARM).values() if "AlarmActions" in each]
    given = Deployment(template, AlarmTopicArn=TOPIC).properties("Alarms")["Parameters"]
    told = Deployment(nested("alarms"), **given).of_type(ALARM).values()
    assert all(each["AlarmActions"] == [TOPIC] for each in told)
