"""Composes the revocation endpoint, and what writes revocations."""

import time

from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.aws.revocations import DynamoRevocations
from federation.aws.service import AwsServices, DynamoDb
from federation.bootstrap.issued import issued
from federation.oauth.metadata import ERRORS_PATH
from federation.ports import AuditLog, Clock
from federation.revocation.endpoint import RevocationEndpoint
from federation.revocation.revoker import Revoker
from federation.revocation.token import TokenRevocation
from federation.settings import Settings
from federation.system import RandomIdentifiers


def revocation_endpoint(settings: Settings, log: AuditLog, aws: AwsServices) -> RevocationEndpoint:
    """`POST /revoke` on DynamoDB."""
    of = issued(settings, aws)
    revocation = TokenRevocation(
        of.callers,
        of.tokens,
        revoker(settings, of.dynamodb, of.clock, surrendered=True),
        log,
        of.clock,
        of.limits.check_source_rate,
    )
    return RevocationEndpoint(revocation, settings.issuer + ERRORS_PATH)


def revoker(settings: Settings, dynamodb: DynamoDb, clock: Clock, *, surrendered: bool = False) -> Revoker:
    """For every door through which something is revoked. `surrendered`: by the holders of tokens."""
    return Revoker(
        store=DynamoRevocations(dynamodb, settings.state_table, clock, surrendered=surrendered),
        ledger=DynamoLedger(dynamodb, LedgerTables(settings.audit_table, settings.state_table), clock),
        clock=clock,
        identifiers=RandomIdentifiers(),
        wait=time.sleep,
    )
