"""Composes a second admin's yes to dangerous documents."""

from federation.admin.confirm import Confirmer
from federation.aws.clients import boto_dynamodb
from federation.aws.filing_writer import filing_writer
from federation.settings import Settings


def confirmer(settings: Settings) -> Confirmer:
    """Makes dangerous documents of the trust table hold."""
    return Confirmer(filing_writer(boto_dynamodb(), settings.trust_table, settings.audit_table, refile=False))
