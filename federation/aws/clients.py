"""boto3 clients whose patience is limited (ATTACKS section 2): the defaults wait 60 seconds, a caller does not.

The region and the credentials come from the environment, as Lambda sets it.
"""

from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from federation.aws.boto import BotoService
from federation.aws.service import DynamoDb, Kms
from federation.model.made_signature import Record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client

CONNECT_TIMEOUT = 1
READ_TIMEOUT = 1
"""Seconds, per attempt."""
SEARCH_TIMEOUT = 8
ANSWER_TIMEOUT = 22
KEY_TIMEOUT = 5
USER_AGENT = "federation-bridge"
"""Without one, botocore describes the machine anew for every call: a tenth of an exchange's CPU."""


def dynamodb_client(read_timeout: float = READ_TIMEOUT) -> "DynamoDBClient":
    """Three attempts. A set-up of tables, which no caller waits for, may take longer."""
    return boto3.client("dynamodb", config=_patience(attempts=3, read_timeout=read_timeout))


def kms_client(read_timeout: float = READ_TIMEOUT) -> "KMSClient":
    """Two attempts: a signature that is late is worth nothing. The making of a key may take longer."""
    return boto3.client("kms", config=_patience(attempts=2, read_timeout=read_timeout))


def boto_dynamodb(read_timeout: float = READ_TIMEOUT) -> DynamoDb:
    """What the adapters take."""
    return DynamoDb(BotoService(dynamodb_client(read_timeout)))


def boto_kms(record: Record) -> Kms:
    """What the adapters that sign take. `record`: told of each signature."""
    return Kms(BotoService(kms_client()), record)


def s3_client() -> "S3Client":
    """Three attempts; never on a request's path."""
    return boto3.client("s3", config=_patience(attempts=3))


def logs_client() -> Any:  # noqa: ANN401 (boto3's client)
    """Three attempts, each as long as it takes to look through a large log."""
    return boto3.client("logs", config=_patience(attempts=3, read_timeout=SEARCH_TIMEOUT))


def cloudwatch_client() -> Any:  # noqa: ANN401 (boto3's client)
    """Three attempts, each as long as it takes to read many series."""
    return boto3.client("cloudwatch", config=_patience(attempts=3, read_timeout=SEARCH_TIMEOUT))


def cloudtrail_client() -> Any:  # noqa: ANN401 (boto3's client)
    """Five attempts: it takes two calls a second of the whole account."""
    return boto3.client("cloudtrail", config=_patience(attempts=5, read_timeout=SEARCH_TIMEOUT))


def tagging_client() -> Any:  # noqa: ANN401 (boto3's client)
    """Three attempts; never on a request's path."""
    return boto3.client("resourcegroupstaggingapi", config=_patience(attempts=3, read_timeout=SEARCH_TIMEOUT))


def lambda_client() -> Any:  # noqa: ANN401 (boto3's client)
    """One attempt, for as long as a function may take from a cold start to its answer: an admin is waiting."""
    return boto3.client("lambda", config=_patience(attempts=1, read_timeout=ANSWER_TIMEOUT))


def sns_client() -> Any:  # noqa: ANN401 (boto3's client)
    """Three attempts; never on a request's path."""
    return boto3.client("sns", config=_patience(attempts=3))


def _patience(attempts: int, read_timeout: float = READ_TIMEOUT) -> Config:
    return Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": attempts},
        user_agent=USER_AGENT,
    )
