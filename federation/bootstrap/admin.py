"""Composes the writing of trust documents."""

from federation.admin.editor import TrustEditor
from federation.aws.clients import boto_dynamodb
from federation.aws.filing_writer import filing_writer
from federation.settings import Settings


def trust_editor(settings: Settings) -> TrustEditor:
    """Writes validated documents into the trust table."""
    return TrustEditor(filing_writer(boto_dynamodb(), settings.trust_table, settings.audit_table))
