"""Composes the writing of the first admin."""

import logging
from collections.abc import Callable, Mapping

from federation.admin.changes import change_now
from federation.admin.editor import Applied
from federation.admin.first_admin import FirstAdmin
from federation.aws.clients import boto_dynamodb
from federation.aws.filing_writer import filing_writer
from federation.aws.trust_pages import DynamoTrustPages
from federation.aws.trust_reader import DynamoTrustReader
from federation.documents.checks.stored import StoredTrust
from federation.model.documents import CorruptDocument
from federation.settings import SettingsError, read_settings
from federation.system import SystemClock

ISSUER = "FEDERATION_FIRST_ADMIN_ISSUER"
SUBJECT = "FEDERATION_FIRST_ADMIN_SUBJECT"
AUDIENCE = "FEDERATION_FIRST_ADMIN_AUDIENCE"
WHO = "deployment/first-admin"
"""Stands in the history where a principal stands elsewhere."""

_log = logging.getLogger(__name__)


def first_admin(environment: Mapping[str, str]) -> Callable[[str], Applied]:
    """Writes them; called with the id of the invocation. Raises SettingsError."""
    settings = read_settings(environment)
    admin = FirstAdmin(environment.get(ISSUER, ""), environment.get(SUBJECT, ""), environment.get(AUDIENCE, ""))
    if not admin.issuer or not admin.subject:
        raise SettingsError(f"{ISSUER} and {SUBJECT} must both be set")
    dynamodb, clock = boto_dynamodb(), SystemClock()
    writer = filing_writer(dynamodb, settings.trust_table, settings.audit_table, refile=False)
    stored = StoredTrust(
        DynamoTrustPages(dynamodb, settings.trust_table, _report_corrupt),
        DynamoTrustReader(dynamodb, settings.trust_table, _report_corrupt),
        writer,
    )
    return lambda request: admin.write(
        writer, stored, change_now(clock, WHO, "the first admin", request), settings.issuer
    )


def _report_corrupt(error: CorruptDocument) -> None:
    _log.error("left out: %s", error)
