"""The stack is updated while tokens are alive, and deleted without what nobody can bring back."""

import pytest
from botocore.exceptions import ClientError

from federation.client.http import send
from tests.deployed.caller import Caller
from tests.deployed.sam import STACK, Stack
from tests.support.eventually import eventually

RETAINED = {"AWS::DynamoDB::Table": 3, "AWS::S3::Bucket": 2, "AWS::KMS::Key": 1}


def test_an_update_changes_what_it_says_and_keeps_the_rest(caller: Caller, deployed: Stack) -> None:
    token, url = caller.exchange(caller.parties.partner_token(caller.url)).members["access_token"], deployed.url
    hardened = {"Network": "closed", "EgressHosts": "login.example.com", "TokenConcurrency": "20"}
    deployed.deploy(AddressRate="1/1", LogRetentionDays="30", KeyRotationDays="60", **hardened)
    assert deployed.url == url
    assert caller.introspect(token)["active"] is True
    rotate = deployed.client("lambda").get_function_configuration(FunctionName=deployed.outputs["RotateFunctionName"])
    assert rotate["Environment"]["Variables"]["FEDERATION_KEY_LIFETIME_DAYS"] == "60"
    (group,) = deployed.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{STACK}-token")["logGroups"]
    assert group["retentionInDays"] == 30
    assert len(deployed.resources("AWS::EC2::VPC")) == 1
    role = deployed.resource("TokenFunctionRole")
    attached = deployed.client("iam").list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    assert sum("InterfacePolicy" in each["PolicyName"] for each in attached) == 1


def test_the_new_rate_holds_for_the_next_request(caller: Caller) -> None:
    def is_limited() -> bool:
        answer = caller.exchange(caller.parties.partner_token(caller.url))
        return answer.status == 429 and int(answer.headers["retry-after"]) >= 1

    assert eventually(is_limited)


def test_a_delete_keeps_what_nobody_can_bring_back(caller: Caller, deployed: Stack) -> None:
    kept = {kind: dict(deployed.resources(kind)) for kind in RETAINED}
    del kept["AWS::KMS::Key"]["ProberKey"]  # it signs attacks alone
    assert {kind: len(resources) for kind, resources in kept.items()} == RETAINED
    deployed.delete()
    with pytest.raises(ClientError, match="does not exist"):
        deployed.client("cloudformation").describe_stacks(StackName=STACK)
    for table in kept["AWS::DynamoDB::Table"].values():
        assert deployed.client("dynamodb").describe_table(TableName=table)["Table"]["DeletionProtectionEnabled"]
    for bucket in kept["AWS::S3::Bucket"].values():
        assert deployed.client("s3").list_objects_v2(Bucket=bucket)["KeyCount"] > 0
    for key in kept["AWS::KMS::Key"].values():
        assert deployed.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] != "PendingDeletion"
    assert send(f"{caller.url}/token", "POST", b"").status != 200
