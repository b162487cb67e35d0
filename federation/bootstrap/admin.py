"""Composes the writing of trust documents."""

from federation.admin.editor import TrustEditor
from federation.admin.replay import TrustReplay
from federation.aws.audit_records import DynamoAuditRecords
from federation.aws.clients import boto_dynamodb
from federation.aws.filing_writer import filing_writer
from federation.settings import Settings
from federation.system import SystemClock


def trust_editor(settings: Settings) -> TrustEditor:
    """Writes validated documents into the trust table."""
    return TrustEditor(filing_writer(boto_dynamodb(), settings.trust_table, settings.audit_table))


def trust_replay(settings: Settings) -> TrustReplay:
    """Reads the audit table, writes the trust table."""
    dynamodb = boto_dynamodb()
    writer = filing_writer(dynamodb, settings.trust_table, settings.audit_table)
    return TrustReplay(writer, DynamoAuditRecords(dynamodb, settings.audit_table, SystemClock()))
