"""Composes the comparison of KMS's signatures with our own records."""

from collections.abc import Sequence

from federation.aws.clients import boto_dynamodb, cloudtrail_client, logs_client
from federation.aws.cloudtrail import CloudTrailSignatures
from federation.aws.key_sets import DocumentKeySets
from federation.aws.signature_log import CloudWatchSignatures
from federation.aws.trust_writer import DynamoTrustWriter
from federation.reconciliation.run import Reconciliation
from federation.settings import Settings


def reconciliation(settings: Settings, groups: Sequence[str]) -> Reconciliation:
    """`groups`: log groups of the functions that sign."""
    return Reconciliation(
        key_set=DocumentKeySets(DynamoTrustWriter(boto_dynamodb(), settings.trust_table)).load,
        first_key=settings.signing_key,
        trail=CloudTrailSignatures(cloudtrail_client()),
        records=CloudWatchSignatures(logs_client(), groups),
    )
