"""What happens by itself: streams are followed and schedules fire; nobody invokes a function here."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from federation.client.credential import write_credential
from federation.client.http import post_form
from federation.oauth.errors import OAuthError
from federation.resource_server.verifier import Verifier
from tests.deployed.caller import Caller
from tests.deployed.sam import Stack
from tests.support.cli_runs import Admin
from tests.support.eventually import eventually

EVERY_MINUTE = 3
"""Times that a minute is waited for."""


def test_a_verifier_that_works_offline_learns_of_a_revocation(caller: Caller) -> None:
    issued = str(caller.exchange(caller.parties.partner_token(caller.url)).members["access_token"])
    verifier = Verifier(caller.url, "scores", background=False)
    assert eventually(lambda: _verified(verifier, issued) == "partner/sync")
    assert post_form(f"{caller.url}/revoke", [("token", issued)]).status == 200
    assert eventually(lambda: _verified(verifier, issued) == "token_revoked")


def test_every_issued_token_is_archived(caller: Caller, deployed: Stack) -> None:
    jti = str(caller.verified(caller.exchange(caller.parties.partner_token(caller.url)))["jti"])
    assert any(eventually(lambda: jti.encode() in _archived(deployed)) for _ in range(EVERY_MINUTE))


def test_the_archive_is_proven_whole(caller: Caller, tmp_path: Path) -> None:
    write_credential(tmp_path / "credential", caller.admin().credential)
    checked = Admin(caller.url, tmp_path).run("audit", "verify", "--json")
    assert checked.exit_code == 0, checked.output


def test_the_status_lists_are_published_every_minute(deployed: Stack) -> None:
    before = _newest_list(deployed)
    assert any(eventually(lambda: _newest_list(deployed) > before) for _ in range(EVERY_MINUTE))


def test_the_lock_of_the_archive_is_what_the_parameters_say(deployed: Stack) -> None:
    lock = deployed.client("s3").get_object_lock_configuration(Bucket=deployed.outputs["ArchiveBucketName"])
    assert lock["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {"Mode": "GOVERNANCE", "Days": 365}


def test_what_is_spent_expires_and_what_is_recorded_can_be_restored(deployed: Stack) -> None:
    dynamodb, outputs = deployed.client("dynamodb"), deployed.outputs
    expiry = dynamodb.describe_time_to_live(TableName=outputs["StateTableName"])["TimeToLiveDescription"]
    assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", "expires_at")
    for table in (outputs["TrustTableName"], outputs["AuditTableName"]):
        backups = dynamodb.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
        assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def _verified(verifier: Verifier, token: str) -> str:
    try:
        return str(verifier.verify(token)["sub"])
    except OAuthError as refused:
        return refused.reason.value


def _archived(deployed: Stack) -> bytes:
    s3, bucket = deployed.client("s3"), deployed.outputs["ArchiveBucketName"]
    found: list[dict[str, Any]] = s3.list_objects_v2(Bucket=bucket, Prefix="segments/").get("Contents", [])
    return b"".join(s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read() for one in found)


def _newest_list(deployed: Stack) -> datetime:
    s3, bucket = deployed.client("s3"), deployed.resource("DocumentsBucket")
    found = s3.list_objects_v2(Bucket=bucket, Prefix=".well-known/status-list-").get("Contents", [])
    return max((one["LastModified"] for one in found), default=datetime.min.replace(tzinfo=UTC))
