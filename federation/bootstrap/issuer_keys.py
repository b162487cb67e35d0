"""Composes the endpoint for pushed keys."""

import logging

from federation.aws.current_state import DynamoCurrentState
from federation.aws.issuer_keys import Store
from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.aws.service import AwsServices, DynamoDb
from federation.aws.trust_pages import DynamoTrustPages
from federation.aws.trust_reader import DynamoTrustReader
from federation.aws.trust_writer import DynamoTrustWriter
from federation.bootstrap.guard import guard
from federation.bootstrap.limits import request_limits
from federation.bootstrap.second_level import issuer_keys
from federation.documents.rights import Surroundings
from federation.issuer_keys.endpoint import IssuerKeysEndpoint
from federation.issuer_keys.push import PushKeys
from federation.issuer_keys.pusher import Pushers
from federation.model.documents import CorruptDocument
from federation.oauth.metadata import ERRORS_PATH
from federation.ports import AuditLog
from federation.settings import Settings
from federation.system import RandomIdentifiers, SystemClock
from federation.verification.push_tokens import PushTokens

_log = logging.getLogger(__name__)


def issuer_keys_endpoint(settings: Settings, log: AuditLog, aws: AwsServices) -> IssuerKeysEndpoint:
    """`POST /issuers/{id}/keys` on DynamoDB."""
    dynamodb, clock = aws.dynamodb, SystemClock()
    reader = DynamoTrustReader(dynamodb, settings.trust_table, _report_corrupt)
    push = PushKeys(
        issuer=reader.issuer,
        state=DynamoCurrentState(dynamodb, settings.trust_table, settings.state_table, clock),
        pushed=issuer_keys(settings, dynamodb, Store.PUSHED),
        pushers=_pushers(settings, dynamodb, clock),
        ledger=DynamoLedger(dynamodb, LedgerTables(settings.audit_table, settings.state_table), clock),
        log=log,
        clock=clock,
        identifiers=RandomIdentifiers(),
        check_source_rate=request_limits(settings, reader, clock, dynamodb).check_source_rate,
    )
    return IssuerKeysEndpoint(push, settings.issuer + ERRORS_PATH)


def _pushers(settings: Settings, dynamodb: DynamoDb, clock: SystemClock) -> Pushers:
    pages = DynamoTrustPages(dynamodb, settings.trust_table, _report_corrupt)
    writer = DynamoTrustWriter(dynamodb, settings.trust_table)
    return Pushers(
        admins=guard(settings, dynamodb, clock),
        issuers=PushTokens(settings.issuer, clock),
        admins_by=lambda issuer: Surroundings(pages, writer).admins_by(issuer),
    )


def _report_corrupt(error: CorruptDocument) -> None:
    _log.error("left out: %s", error)
