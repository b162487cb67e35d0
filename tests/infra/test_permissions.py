"""What each function may do: exactly this, named action by action."""

import pytest

from federation.aws.trust_items import document_partition
from federation.model.trust import Kind
from tests.support.lambda_template import Deployment

KEY_SET = document_partition(Kind.KEY_SET)


def allowed(log_group: str, *own: tuple[str, str]) -> set[tuple[str, str]]:
    """(action, resource) of a function: its own, its log, and traces, which know no resource."""
    log = {("logs:CreateLogStream", log_group), ("logs:PutLogEvents", log_group)}
    return {*own, *log, ("xray:PutTraceSegments", "*"), ("xray:PutTelemetryRecords", "*")}


ALLOWED = {
    "TokenFunction": allowed(
        "TokenLogGroup",
        ("kms:Sign", "SigningKey"),
        ("dynamodb:BatchGetItem", "TrustTable"),
        ("dynamodb:GetItem", "TrustTable"),
        ("dynamodb:Query", "TrustTable"),
        ("dynamodb:PutItem", "AuditTable"),
        ("dynamodb:UpdateItem", "AuditTable"),
        ("dynamodb:PutItem", "StateTable"),
        ("dynamodb:DeleteItem", "StateTable"),
    ),
    "HealthFunction": allowed("HealthLogGroup"),
    "PublishFunction": allowed(
        "PublishLogGroup",
        ("kms:GetPublicKey", "SigningKey"),
        ("s3:GetObject", "DocumentsBucket/.well-known/*"),
        ("s3:PutObject", "DocumentsBucket/.well-known/*"),
        ("s3:ListBucket", "DocumentsBucket"),
        ("dynamodb:GetItem", "TrustTable"),
        ("dynamodb:PutItem", "TrustTable"),
    ),
    "ApplyTrustFunction": allowed(
        "ApplyTrustLogGroup",
        ("dynamodb:GetItem", "TrustTable"),
        ("dynamodb:PutItem", "TrustTable"),
        ("dynamodb:UpdateItem", "TrustTable"),
        ("dynamodb:DeleteItem", "TrustTable"),
    ),
}


def granted(deployment: Deployment, role: str) -> set[tuple[str, str]]:
    """(action, resource) that the role's policies and the key's policy allow it."""
    return {
        (action, resource)
        for each in deployment.role_statements(role)
        if each.effect == "Allow"
        for action in each.actions
        for resource in each.resources
    }


def test_every_function_is_listed_here(deployment: Deployment) -> None:
    assert deployment.of_type("AWS::Lambda::Function").keys() == ALLOWED.keys()


@pytest.mark.parametrize("function", ALLOWED)
def test_a_function_may_do_exactly_what_is_listed(deployment: Deployment, function: str) -> None:
    role = deployment.properties(function)["Role"]
    assert role == f"{function}Role"
    assert granted(deployment, role) == ALLOWED[function]


def test_no_role_is_shared_or_has_policies_from_elsewhere(deployment: Deployment) -> None:
    roles = deployment.of_type("AWS::IAM::Role")
    assert len(roles) == len(ALLOWED)
    for role in roles.values():
        assert "ManagedPolicyArns" not in role
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert (trust["Principal"], trust["Action"]) == ({"Service": "lambda.amazonaws.com"}, "sts:AssumeRole")
    assert not deployment.of_type("AWS::IAM::Policy")


def test_no_action_has_a_wildcard_and_only_traces_have_no_resource(deployment: Deployment) -> None:
    for role in deployment.of_type("AWS::IAM::Role"):
        for action, resource in granted(deployment, role):
            assert "*" not in action
            assert resource != "*" or action.startswith("xray:Put")


def test_publication_moves_the_key_set_and_no_other_document(deployment: Deployment) -> None:
    (own,) = [each for each in deployment.role_statements("PublishFunctionRole") if "TrustTable" in each.resources]
    assert own.condition == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [KEY_SET]}}


def test_who_writes_trust_cannot_write_the_key_set(deployment: Deployment) -> None:
    (denied,) = [each for each in deployment.role_statements("ApplyTrustFunctionRole") if each.effect == "Deny"]
    assert set(denied.actions) == {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}
    assert denied.resources == ("TrustTable",)
    assert denied.condition == {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": [KEY_SET]}}


def test_functions_are_invoked_by_what_triggers_them_and_nothing_else(deployment: Deployment) -> None:
    permissions = deployment.of_type("AWS::Lambda::Permission").values()
    assert {(each["FunctionName"], each["Principal"]) for each in permissions} == {
        ("TokenFunction", "apigateway.amazonaws.com"),
        ("HealthFunction", "apigateway.amazonaws.com"),
        ("PublishFunction", "events.amazonaws.com"),
    }
    assert all(each["Action"] == "lambda:InvokeFunction" and each["SourceArn"] for each in permissions)
