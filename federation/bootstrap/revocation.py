"""Composes the revocation endpoint, and what writes revocations."""

from typing import TYPE_CHECKING

from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.aws.revocations import DynamoRevocations
from federation.bootstrap.issued import issued
from federation.oauth.metadata import ERRORS_PATH
from federation.ports import AuditLog, Clock
from federation.revocation.endpoint import RevocationEndpoint
from federation.revocation.revoker import Revoker
from federation.revocation.token import TokenRevocation
from federation.settings import Settings
from federation.system import RandomIdentifiers

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def revocation_endpoint(settings: Settings, log: AuditLog) -> RevocationEndpoint:
    """`POST /revoke` on DynamoDB."""
    of = issued(settings)
    revocation = TokenRevocation(
        of.callers, of.tokens, revoker(settings, of.dynamodb, of.clock), log, of.clock, of.limits.check_source_rate
    )
    return RevocationEndpoint(revocation, settings.issuer + ERRORS_PATH)


def revoker(settings: Settings, dynamodb: "DynamoDBClient", clock: Clock) -> Revoker:
    """For every door through which something is revoked."""
    return Revoker(
        store=DynamoRevocations(dynamodb, settings.state_table, clock),
        ledger=DynamoLedger(dynamodb, LedgerTables(settings.audit_table, settings.state_table), clock),
        clock=clock,
        identifiers=RandomIdentifiers(),
    )
