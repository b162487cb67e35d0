"""Composes the publication of our keys."""

from federation.aws.clients import dynamodb_client, kms_client, s3_client
from federation.aws.key_sets import DocumentKeySets
from federation.aws.public_keys import KmsPublicKeys
from federation.aws.publisher import S3Publisher
from federation.aws.trust_writer import DynamoTrustWriter
from federation.keys.publication import Publication
from federation.settings import Settings
from federation.system import SystemClock


def publication(settings: Settings) -> Publication:
    """Publishes to S3 what KMS and the trust table hold."""
    return Publication(
        issuer=settings.issuer,
        kms_key=settings.signing_key,
        algorithm=settings.signing_algorithm,
        public_keys=KmsPublicKeys(kms_client()),
        key_sets=DocumentKeySets(DynamoTrustWriter(dynamodb_client(), settings.trust_table)),
        publisher=S3Publisher(s3_client(), settings.documents_bucket),
        clock=SystemClock(),
        mtls_url=settings.mtls_url,
    )
