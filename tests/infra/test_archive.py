"""The archive of the audit trail as it is deployed: nobody replaces or deletes what lies in it."""

import pytest

from tests.support.lambda_template import Deployment, Template, statements


def test_the_archive_is_private_versioned_encrypted_and_outlives_the_stack(deployment: Deployment) -> None:
    bucket = deployment.properties("ArchiveBucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert "LifecycleConfiguration" not in bucket
    resource = deployment.resources["ArchiveBucket"]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


@pytest.mark.parametrize(
    ("parameters", "mode", "days"),
    [({}, "GOVERNANCE", 365), ({"ArchiveLockMode": "COMPLIANCE", "ArchiveRetentionDays": "3650"}, "COMPLIANCE", 3650)],
)
def test_every_segment_is_locked_as_the_deployment_says(
    template: Template, parameters: dict[str, str], mode: str, days: int
) -> None:
    bucket = Deployment(template, **parameters).properties("ArchiveBucket")
    assert bucket["ObjectLockEnabled"] is True
    retention = bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert (retention["Mode"], int(retention["Days"])) == (mode, days)


def test_one_function_writes_nobody_deletes_and_all_by_tls(deployment: Deployment) -> None:
    writing, deleting, denial = statements(deployment.properties("ArchiveBucketPolicy")["PolicyDocument"])
    for each in (writing, deleting, denial):
        assert (each.effect, each.principal) == ("Deny", "*")
    assert "s3:PutObject" in writing.actions
    assert writing.condition == {"ArnNotEquals": {"aws:PrincipalArn": "ArchiveFunctionRole"}}
    assert set(deleting.actions) == {"s3:BypassGovernanceRetention", "s3:DeleteObject", "s3:DeleteObjectVersion"}
    assert deleting.condition is None
    assert denial.condition == {"Bool": {"aws:SecureTransport": "false"}}
    assert denial.resources == ("ArchiveBucket", "ArchiveBucket/*")


def test_whatever_befalls_the_table_is_heard_until_it_is_archived_or_told_to_the_queue(deployment: Deployment) -> None:
    source = deployment.properties("ArchiveFunctionHappening")
    assert (source["EventSourceArn"], source["FunctionName"]) == ("AuditTable.StreamArn", "ArchiveFunction")
    assert (source["StartingPosition"], "FilterCriteria" in source) == ("TRIM_HORIZON", False)
    assert "MaximumRetryAttempts" not in source, "as often as it takes"
    assert source["MaximumRecordAgeInSeconds"] < 24 * 60 * 60, "the stream forgets after a day"
    assert source["DestinationConfig"] == {"OnFailure": {"Destination": "ArchiveFailures"}}
    assert deployment.properties("ArchiveFailures")["SqsManagedSseEnabled"] is True
    assert deployment.properties("AuditTable")["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


def test_the_newest_head_is_looked_after_on_a_schedule(deployment: Deployment) -> None:
    assert deployment.properties("ArchiveFunctionSchedule")["ScheduleExpression"] == "rate(5 minutes)"


def test_who_writes_the_archive_and_who_shows_it_know_where_it_is(deployment: Deployment) -> None:
    for name in ("ArchiveFunction", "AdminFunction"):
        variables = deployment.properties(name)["Environment"]["Variables"]
        assert variables["FEDERATION_ARCHIVE_BUCKET"] == "ArchiveBucket"
