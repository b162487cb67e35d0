"""Composes the endpoint for security events."""

from federation.aws.answers import DynamoAnswers
from federation.aws.current_state import DynamoCurrentState
from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.aws.service import AwsServices
from federation.bootstrap.limits import request_limits
from federation.bootstrap.revocation import revoker
from federation.bootstrap.risk import risk_raiser
from federation.bootstrap.trust import cached_trust, issuer_keys, known_versions
from federation.events.endpoint import EventsEndpoint
from federation.events.receiver import EventReceiver
from federation.ports import AuditLog
from federation.settings import Settings
from federation.system import RandomIdentifiers, SystemClock
from federation.verification.security_events import SecurityEventVerifier


def events_endpoint(settings: Settings, log: AuditLog, aws: AwsServices) -> EventsEndpoint:
    """`POST /events` on DynamoDB."""
    clock, dynamodb = SystemClock(), aws.dynamodb
    trust = cached_trust(settings, clock, dynamodb, known_versions(settings, clock, dynamodb))
    limits = request_limits(settings, trust, clock, dynamodb)
    keys = issuer_keys(settings, clock, dynamodb)
    receiver = EventReceiver(
        verifier=SecurityEventVerifier(trust, keys, settings.issuer, clock),
        state=DynamoCurrentState(dynamodb, settings.trust_table, settings.state_table, clock),
        answers=DynamoAnswers(dynamodb, settings.state_table, clock),
        revoker=revoker(settings, dynamodb, clock),
        risks=risk_raiser(settings, dynamodb, clock),
        ledger=DynamoLedger(dynamodb, LedgerTables(settings.audit_table, settings.state_table), clock),
        log=log,
        clock=clock,
        identifiers=RandomIdentifiers(),
        forget_trust=trust.forget,
        check_source_rate=limits.check_source_rate,
        admit_events=limits.admit_events,
    )
    return EventsEndpoint(receiver)
