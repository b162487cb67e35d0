"""Composes the publication of status lists."""

from concurrent.futures import ThreadPoolExecutor

from federation.aws.clients import boto_dynamodb, boto_kms, s3_client
from federation.aws.issued_tokens import SHARDS, DynamoIssuedTokens
from federation.aws.key_sets import DocumentKeySets
from federation.aws.publisher import S3Publisher
from federation.aws.revocations import DynamoRevocations
from federation.aws.signer import KmsSigner
from federation.aws.trust_writer import DynamoTrustWriter
from federation.minting.current_key import CurrentKey
from federation.minting.signed_jwt import JwtSigner
from federation.model.made_signature import Purpose, Record
from federation.settings import Settings
from federation.status.publication import StatusPublication
from federation.system import SystemClock

HOURS = 2
"""In which living tokens expire."""


def status_publication(settings: Settings, record: Record) -> StatusPublication:
    """Reads DynamoDB, signs with KMS, writes to S3. `record`: told of each signature."""
    clock, dynamodb = SystemClock(), boto_dynamodb()
    key = CurrentKey(DocumentKeySets(DynamoTrustWriter(dynamodb, settings.trust_table)), clock)
    pool = ThreadPoolExecutor(SHARDS * HOURS, thread_name_prefix="status")
    return StatusPublication(
        issuer=settings.issuer,
        revocations=DynamoRevocations(dynamodb, settings.state_table, clock),
        tokens=DynamoIssuedTokens(dynamodb, settings.audit_table, pool),
        signer=JwtSigner(key, KmsSigner(boto_kms(record), Purpose.STATUS_LIST)),
        publisher=S3Publisher(s3_client(), settings.documents_bucket),
        clock=clock,
    )
