"""What AWS answered -> what the core understands: unavailable (come again) or refused (our own fault)."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004

from federation.oauth.errors import OAuthError, ServerError, TemporarilyUnavailable
from federation.oauth.reasons import Reason

TRANSIENT = frozenset(
    {
        # DynamoDB
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "TransactionConflictException",
        "TransactionInProgressException",
        # KMS
        "DependencyTimeoutException",
        "KMSInternalException",
        "KeyUnavailableException",
        # S3
        "InternalError",
        "OperationAborted",
        "ServiceUnavailable",
        "SlowDown",
        # every service
        "RequestTimeout",
        "RequestTimeoutException",
        "Throttling",
        "ThrottlingException",
    }
)
"""Codes of errors that pass. A status of 500 or above does too, whatever its code."""


@contextmanager
def translated(unavailable: Reason) -> Iterator[None]:
    """Raise TemporarilyUnavailable(`unavailable`) for what passes, ServerError for what does not."""
    try:
        yield
    except ClientError as error:
        raise refusal(error, unavailable) from error
    except (ConnectionError, HTTPClientError) as error:
        raise TemporarilyUnavailable(unavailable, type(error).__name__) from error
    except BotoCoreError as error:
        raise ServerError(Reason.INTERNAL_ERROR, type(error).__name__) from error


def refusal(error: ClientError, unavailable: Reason) -> OAuthError:
    """`detail` is AWS's code alone: its message may quote what was sent."""
    code = error_code(error)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in TRANSIENT or status >= 500:  # noqa: PLR2004 RFC 9110 section 15.6
        return TemporarilyUnavailable(unavailable, code)
    return ServerError(Reason.INTERNAL_ERROR, code)


def error_code(error: ClientError) -> str:
    """AWS's code, such as `ConditionalCheckFailedException`."""
    return str(error.response.get("Error", {}).get("Code", ""))
