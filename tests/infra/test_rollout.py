"""A new version of the token function meets a tenth of the callers first, and goes back where it fails them."""

import pytest

from tests.support.lambda_template import Deployment, Template, nested, transform

ALIAS, GROUP = "TokenFunctionAliaslive", "TokenFunctionDeploymentGroup"


@pytest.fixture(scope="module")
def gradual() -> Template:
    return transform(Rollout="canary")


def test_at_once_needs_no_other_service(template: Template) -> None:
    assert template["Parameters"]["Rollout"]["Default"] == "at-once"
    assert "UpdatePolicy" not in template["Resources"][ALIAS]
    assert not [one for one in template["Resources"].values() if one["Type"].startswith("AWS::CodeDeploy::")]


def test_a_canary_meets_a_tenth_for_longer_than_an_alarm_takes(gradual: Template) -> None:
    properties = Deployment(gradual, Rollout="canary").properties(GROUP)
    assert "LambdaCanary10Percent10Minutes" in str(properties["DeploymentConfigName"])
    update = gradual["Resources"][ALIAS]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    assert update["DeploymentGroupName"] == {"Ref": GROUP}
    alarms = [one["Properties"] for one in watching(gradual).values()]
    assert max(one["Period"] * one["EvaluationPeriods"] for one in alarms) <= 5 * 60


def test_what_fails_its_callers_goes_back_by_itself(gradual: Template) -> None:
    properties = Deployment(gradual, Rollout="canary").properties(GROUP)
    rollback = properties["AutoRollbackConfiguration"]
    assert rollback["Enabled"] is True
    assert {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"} <= set(rollback["Events"])
    assert watching(gradual).keys() == {"token-crash", "server-errors"}


def watching(gradual: Template) -> dict[str, Template]:
    """The alarms that it watches: each is one of ours, by its very name."""
    properties = Deployment(gradual, Rollout="canary").properties(GROUP)
    assert properties["AlarmConfiguration"]["Enabled"] is True
    watched = [str(one["Name"]).partition("-")[2] for one in properties["AlarmConfiguration"]["Alarms"]]
    alarms = [one for one in nested("alarms")["Resources"].values() if one["Type"] == "AWS::CloudWatch::Alarm"]
    named = {str(one["Properties"]["AlarmName"]["Fn::Sub"]): one for one in alarms}
    return {name: named[f"${{Name}}-{name}"] for name in watched}
