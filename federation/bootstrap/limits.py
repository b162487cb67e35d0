"""Composes how often somebody may ask."""

from typing import TYPE_CHECKING

from federation.aws.allowances import DynamoAllowances
from federation.limits.limiter import Limiter
from federation.limits.requests import RequestLimits
from federation.ports import Clock, IssuerDirectory
from federation.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def request_limits(
    settings: Settings, issuers: IssuerDirectory, clock: Clock, dynamodb: "DynamoDBClient"
) -> RequestLimits:
    """On DynamoDB."""
    limiter = Limiter(DynamoAllowances(dynamodb, settings.state_table, clock), clock)
    return RequestLimits(limiter, settings.issuer_rate, settings.tenant_rate, settings.address_rate, issuers)
