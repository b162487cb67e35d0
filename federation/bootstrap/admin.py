"""Composes the writing of trust documents."""

from federation.admin.editor import TrustEditor
from federation.aws.clients import dynamodb_client
from federation.aws.trust_writer import DynamoTrustWriter
from federation.settings import Settings


def trust_editor(settings: Settings) -> TrustEditor:
    """Writes validated documents into the trust table."""
    return TrustEditor(DynamoTrustWriter(dynamodb_client(), settings.trust_table))
