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
    limiter = _limiter(settings, clock, dynamodb)
    return RequestLimits(limiter, settings.issuer_rate, settings.tenant_rate, settings.address_rate, issuers)


def admin_limits(settings: Settings, clock: Clock, dynamodb: DynamoDb) -> AdminLimits:
    """On DynamoDB."""
    limiter = _limiter(settings, clock, dynamodb)
    return AdminLimits(limiter, settings.admin_rate, settings.admin_tenant_rate, settings.address_rate)


def _limiter(settings: Settings, clock: Clock, dynamodb: DynamoDb) -> Limiter:
    return Limiter(DynamoAllowances(dynamodb, settings.state_table, clock), clock)
