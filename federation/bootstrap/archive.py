"""Composes the archive of the audit trail."""

from federation.archive.archiver import Archiver
from federation.aws.archive_index import DynamoArchiveIndex, IndexTables
from federation.aws.archive_segments import S3Segments
from federation.aws.clients import boto_dynamodb, boto_kms, s3_client
from federation.aws.key_sets import DocumentKeySets
from federation.aws.signer import KmsSigner
from federation.aws.trust_writer import DynamoTrustWriter
from federation.minting.current_key import CurrentKey
from federation.model.made_signature import Purpose, Record
from federation.settings import Settings, SettingsError
from federation.system import SystemClock


def archiver(settings: Settings, record: Record) -> Archiver:
    """Signs with KMS, writes to S3 and DynamoDB; raises SettingsError where there is no bucket.

    `record`: told of each signature.
    """
    if not settings.archive_bucket:
        raise SettingsError("FEDERATION_ARCHIVE_BUCKET is not set")
    clock, dynamodb = SystemClock(), boto_dynamodb()
    return Archiver(
        issuer=settings.issuer,
        key=CurrentKey(DocumentKeySets(DynamoTrustWriter(dynamodb, settings.trust_table)), clock),
        signer=KmsSigner(boto_kms(record), Purpose.ARCHIVE),
        segments=S3Segments(s3_client(), settings.archive_bucket),
        index=DynamoArchiveIndex(dynamodb, IndexTables(settings.trust_table, settings.state_table), clock),
        clock=clock,
    )
