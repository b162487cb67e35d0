"""Composes what raises risk scores."""

from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.aws.risk_scores import DynamoRiskScores
from federation.aws.service import DynamoDb
from federation.ports import Clock, RiskScores
from federation.settings import Settings
from federation.signals.raising import RiskRaiser
from federation.system import RandomIdentifiers


def risk_scores(settings: Settings, dynamodb: DynamoDb, clock: Clock) -> RiskScores:
    """On the state table."""
    return DynamoRiskScores(dynamodb, settings.state_table, clock)


def risk_raiser(settings: Settings, dynamodb: DynamoDb, clock: Clock) -> RiskRaiser:
    """For every door through which a score is raised."""
    ledger = DynamoLedger(dynamodb, LedgerTables(settings.audit_table, settings.state_table), clock)
    return RiskRaiser(risk_scores(settings, dynamodb, clock), ledger, clock, RandomIdentifiers())
