"""Composes how often callers may ask."""

from federation.aws.allowances import DynamoAllowances
from federation.aws.service import DynamoDb
from federation.limits.admins import AdminLimits
from federation.limits.limiter import Limiter
from federation.limits.requests import RequestLimits
from federation.ports import Clock, IssuersById
from federation.settings import Settings


def request_limits(settings: Settings, issuers: IssuersById, clock: Clock, dynamodb: DynamoDb) -> RequestLimits:
    """On DynamoDB."""
    limiter = Limiter(_allowances(settings, clock, dynamodb), clock, processes=settings.token_processes)
    return RequestLimits(limiter, settings.issuer_rate, settings.tenant_rate, settings.address_rate, issuers)


def admin_limits(settings: Settings, clock: Clock, dynamodb: DynamoDb) -> AdminLimits:
    """On DynamoDB."""
    limiter = Limiter(_allowances(settings, clock, dynamodb), clock)
    return AdminLimits(limiter, settings.admin_rate, settings.admin_tenant_rate, settings.address_rate)


def _allowances(settings: Settings, clock: Clock, dynamodb: DynamoDb) -> DynamoAllowances:
    return DynamoAllowances(dynamodb, settings.state_table, clock)
