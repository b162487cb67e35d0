from tests.support.lambda_template import Deployment, Template

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alarms"


def test_alarms_stand_for_what_nobody_would_otherwise_notice(deployment: Deployment) -> None:
    alarms = deployment.of_type("AWS::CloudWatch::Alarm").values()
    assert {(each["MetricName"], each["Dimensions"][0]["Value"]) for each in alarms} == {
        ("5xx", "HttpApi"),
        ("Errors", "TokenFunction"),
        ("Throttles", "TokenFunction"),
        ("Errors", "PublishFunction"),
        ("Invocations", "PublishFunction"),
    }


def test_a_publication_that_stopped_is_an_alarm_too(deployment: Deployment) -> None:
    alarm = deployment.properties("PublishSilentAlarm")
    assert (alarm["ComparisonOperator"], alarm["TreatMissingData"]) == ("LessThanThreshold", "breaching")


def test_alarms_go_to_the_topic_if_there_is_one(template: Template, deployment: Deployment) -> None:
    assert not [each for each in deployment.of_type("AWS::CloudWatch::Alarm").values() if "AlarmActions" in each]
    told = Deployment(template, AlarmTopicArn=TOPIC).of_type("AWS::CloudWatch::Alarm").values()
    assert all(each["AlarmActions"] == [TOPIC] for each in told)
