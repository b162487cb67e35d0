"""Composes the writing of trust documents."""

from federation.admin.editor import TrustEditor
from federation.aws.clients import boto_dynamodb
from federation.aws.trust_writer import DynamoTrustWriter
from federation.settings import Settings


def trust_editor(settings: Settings) -> TrustEditor:
    """Writes validated documents into the trust table."""
    return TrustEditor(DynamoTrustWriter(boto_dynamodb(), settings.trust_table))
