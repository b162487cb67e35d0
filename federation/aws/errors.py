"""What AWS answered -> what the core understands: unavailable (come again) or refused (our own fault)."""

from types import TracebackType
from typing import Any

from federation.oauth.errors import OAuthError, ServerError, TemporarilyUnavailable
from federation.oauth.reasons import Reason

THROTTLED = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
    }
)
TRANSIENT = THROTTLED | frozenset(
    {
        # DynamoDB
        "InternalServerError",
        "ReplicatedWriteConflictException",
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
        # every service
        "RequestTimeout",
        "RequestTimeoutException",
    }
)
"""Codes of errors that pass. A status of 500 or above does too, whatever its code."""


class AwsError(Exception):
    """A call that came to nothing. Its text holds nothing of what was sent or answered."""


class AwsRefused(AwsError):
    """AWS answered, and did nothing."""

    def __init__(self, code: str, status: int, answer: dict[str, Any]) -> None:
        """`code`: such as `ConditionalCheckFailedException`. `status`: of HTTP. `answer`: the error's own members."""
        super().__init__(f"{code} ({status})")
        self.code = code
        self.status = status
        self.answer = answer

    @property
    def passes(self) -> bool:
        """Whether the same call may succeed later."""
        return self.code in TRANSIENT or self.status >= 500  # noqa: PLR2004 RFC 9110 section 15.6


class AwsUnreachable(AwsError):
    """No answer came; what was asked for may have been done all the same."""


class AwsUnusable(AwsError):
    """Nothing was sent: there are no credentials, or the request is none."""


class translated:  # noqa: N801 (read as a word: `with translated(...):`)
    """Raises TemporarilyUnavailable(`unavailable`) for what passes, ServerError for what does not."""

    def __init__(self, unavailable: Reason) -> None:
        self._unavailable = unavailable

    def __enter__(self) -> None:
        """Nothing happens yet."""

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is None or not isinstance(error, AwsError):
            return
        if isinstance(error, AwsRefused):
            raise refusal(error, self._unavailable) from error
        if isinstance(error, AwsUnreachable):
            raise TemporarilyUnavailable(self._unavailable, str(error)) from error
        raise ServerError(Reason.INTERNAL_ERROR, str(error)) from error


def refusal(error: AwsRefused, unavailable: Reason) -> OAuthError:
    """`detail` is AWS's code alone: its message may quote what was sent."""
    if error.passes:
        return TemporarilyUnavailable(unavailable, error.code)
    return ServerError(Reason.INTERNAL_ERROR, error.code)
