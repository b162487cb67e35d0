import json
from typing import Any

import pytest

from federation.local.routes import load_template
from tests.support.lambda_template import ROOT, Deployment, Statement, statements

TABLES = ["TrustTable", "StateTable", "AuditTable"]
DURABLE = ["TrustTable", "AuditTable"]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_encrypted_protected_and_outlives_the_stack(deployment: Deployment, name: str) -> None:
    table = deployment.properties(name)
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["DeletionProtectionEnabled"] is True
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    resource = deployment.resources[name]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize("name", DURABLE)
def test_what_must_last_can_be_restored_and_followed(deployment: Deployment, name: str) -> None:
    table = deployment.properties(name)
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert "TimeToLiveSpecification" not in table


def test_the_keys_are_those_that_the_adapters_use(deployment: Deployment) -> None:
    schemas = {name: [key["AttributeName"] for key in deployment.properties(name)["KeySchema"]] for name in TABLES}
    assert schemas == {"TrustTable": ["pk", "sk"], "StateTable": ["pk"], "AuditTable": ["pk"]}


def test_what_people_decide_is_listed_without_reading_what_requests_spend(deployment: Deployment) -> None:
    (index,) = deployment.properties("StateTable")["GlobalSecondaryIndexes"]
    assert (index["IndexName"], index["Projection"]) == ("listing", {"ProjectionType": "ALL"})
    assert [key["AttributeName"] for key in index["KeySchema"]] == ["listing", "expires_at"]


def test_only_spent_things_expire(deployment: Deployment) -> None:
    assert deployment.properties("StateTable")["TimeToLiveSpecification"] == {
        "AttributeName": "expires_at",
        "Enabled": True,
    }


def test_the_documents_bucket_is_private_versioned_and_encrypted(deployment: Deployment) -> None:
    bucket = deployment.properties("DocumentsBucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    resource = deployment.resources["DocumentsBucket"]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_only_this_distribution_reads_the_bucket_and_only_over_tls(deployment: Deployment) -> None:
    policy = statements(deployment.properties("DocumentsBucketPolicy")["PolicyDocument"])
    reading, denial = policy
    assert reading == Statement(
        "Allow",
        ("s3:GetObject",),
        ("DocumentsBucket/.well-known/*",),
        {
            "StringEquals": {
                "aws:SourceArn": "arn:<AWS::Partition>:cloudfront::<AWS::AccountId>:distribution/"
                "Documents.Outputs.Distribution"
            }
        },
        {"Service": "cloudfront.amazonaws.com"},
    )
    assert (denial.effect, denial.actions, denial.principal) == ("Deny", ("s3:*",), "*")
    assert denial.condition == {"Bool": {"aws:SecureTransport": "false"}}
    assert denial.resources == ("DocumentsBucket", "DocumentsBucket/*")


def test_the_distribution_signs_its_reads_speaks_https_alone_and_honours_the_documents_own_lifetime(
    documents: Deployment,
) -> None:
    config = documents.properties("Distribution")["DistributionConfig"]
    origin, _ = config["Origins"]
    assert origin["OriginAccessControlId"] == "DocumentsAccess.Id"
    assert origin["DomainName"] == "DocumentsBucket.RegionalDomainName"
    behavior = config["DefaultCacheBehavior"]
    assert (behavior["ViewerProtocolPolicy"], behavior["AllowedMethods"]) == ("https-only", ["GET", "HEAD"])
    access = documents.properties("DocumentsAccess")["OriginAccessControlConfig"]
    assert (access["SigningBehavior"], access["SigningProtocol"]) == ("always", "sigv4")
    cache = documents.properties("DocumentsCachePolicy")["CachePolicyConfig"]
    assert behavior["CachePolicyId"] == "DocumentsCachePolicy"
    assert cache["MinTTL"] == 0, "a lower bound would overrule what the documents say"
    key = cache["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["QueryStringsConfig"] == {"QueryStringBehavior": "none"}
    assert key["HeadersConfig"] == {"HeaderBehavior": "none"}
    assert key["CookiesConfig"] == {"CookieBehavior": "none"}


def test_what_is_not_published_is_a_404_of_our_own_that_needs_no_object_in_the_bucket(
    deployment: Deployment, documents: Deployment
) -> None:
    config = documents.properties("Distribution")["DistributionConfig"]
    (error,) = config["CustomErrorResponses"]
    assert (error["ErrorCode"], error["ResponseCode"]) == (403, 404)
    (page,) = config["CacheBehaviors"]
    _, origin = config["Origins"]
    assert (page["PathPattern"], page["TargetOriginId"]) == (error["ResponsePagePath"], origin["Id"])
    assert origin["OriginAccessControlId"] == "NotFoundAccess.Id"
    assert deployment.properties("NotFoundUrl")["AuthType"] == "AWS_IAM"
    for permission in ("NotFoundPermission", "NotFoundInvocation"):
        assert documents.properties(permission)["SourceArn"].endswith(":distribution/Distribution")


def test_that_page_is_json_and_kept_by_nobody(deployment: Deployment) -> None:
    names: dict[str, Any] = {}
    exec(deployment.properties("NotFoundFunction")["Code"]["ZipFile"], names)  # noqa: S102 (it is ours)
    answer = names["handler"]({}, None)
    assert json.loads(answer["body"]) == {"message": "Not Found"}
    assert answer["headers"] == {"content-type": "application/json", "cache-control": "no-store"}


def test_the_state_has_no_past_from_which_what_was_spent_could_come_back(deployment: Deployment) -> None:
    """docs/runbooks/restore.md: a lost one begins empty."""
    assert "PointInTimeRecoverySpecification" not in deployment.properties("StateTable")


STATE = {
    "AWS::DynamoDB::Table": {"TrustTable", "StateTable", "AuditTable"},
    "AWS::S3::Bucket": {"DocumentsBucket", "ArchiveBucket"},
    "AWS::KMS::Key": {"SigningKey", "ProberKey"},
    "AWS::SNS::Topic": {"ApprovalTopic", "SignalTopic"},
    "AWS::SQS::Queue": {"ArchiveFailures", "SignalsLate"},
}
"""Type -> logical ids. Under another id, or in another template, an update would make a new and empty one."""
NAMED = {"AWS::Lambda::Function", "AWS::Logs::LogGroup", "AWS::IAM::Role"}
"""What has a name of its own, or one that keys' policies say: it stays in the root as well (UPGRADING.md)."""


def test_what_holds_something_keeps_its_logical_id_in_the_root(deployment: Deployment) -> None:
    assert {kind: set(deployment.of_type(kind)) for kind in STATE} == STATE
    nested = {stack["TemplateURL"] for stack in deployment.of_type("AWS::CloudFormation::Stack").values()}
    assert {"infra/documents.yaml", "infra/alarms.yaml"} <= nested
    for path in sorted(ROOT.glob("infra/*.yaml")):
        types = {resource["Type"] for resource in load_template(path)["Resources"].values()}
        assert types.isdisjoint(NAMED.union(STATE)), path.name
