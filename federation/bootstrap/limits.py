"""Composes how often somebody may ask."""

from federation.aws.allowances import DynamoAllowances
from federation.aws.service import DynamoDb
from federation.limits.limiter import Limiter
from federation.limits.requests import RequestLimits
from federation.ports import Clock, IssuersById
from federation.settings import Settings


def request_limits(settings: Settings, issuers: IssuersById, clock: Clock, dynamodb: DynamoDb) -> RequestLimits:
    """On DynamoDB."""
    limiter = Limiter(DynamoAllowances(dynamodb, settings.state_table, clock), clock)
    return RequestLimits(limiter, settings.issuer_rate, settings.tenant_rate, settings.address_rate, issuers)
