"""Composes a second admin's yes to dangerous documents."""

from federation.admin.confirm import Confirmer
from federation.aws.clients import boto_dynamodb
from federation.aws.trust_writer import DynamoTrustWriter
from federation.settings import Settings


def confirmer(settings: Settings) -> Confirmer:
    """Makes dangerous documents of the trust table hold."""
    return Confirmer(DynamoTrustWriter(boto_dynamodb(), settings.trust_table))
