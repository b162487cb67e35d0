"""All or nothing, with another try where two transactions met."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from botocore.exceptions import ClientError

from federation.aws.backoff import ATTEMPTS, Pause
from federation.aws.errors import error_code, refusal, translated
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Write: TypeAlias = dict[str, Any]
"""One operation: `{"Put": {...}}`, `{"Update": {...}}` or `{"Delete": {...}}`."""

_CONDITION_FAILED = "ConditionalCheckFailed"
_TOO_LARGE = "exceeded the maximum allowed size"
_PASSING = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})


class ConditionFailed(Exception):
    """Nothing was written: the conditions of the operations at `positions` do not hold."""

    def __init__(self, positions: tuple[int, ...]) -> None:
        super().__init__(positions)
        self.positions = positions


class ItemTooLarge(Exception):
    """Nothing was written: an item would have more than 400 KB."""


def write_all(
    dynamodb: "DynamoDBClient", writes: Sequence[Write], unavailable: Reason, pause: Pause, attempts: int = ATTEMPTS
) -> None:
    """One TransactWriteItems, tried again where another transaction was at the same item (ATTACKS F10).

    botocore gives every call its own ClientRequestToken, so a retry inside the call is not applied twice.
    Raises ConditionFailed, ItemTooLarge, TemporarilyUnavailable or ServerError.
    """
    for attempt in range(attempts):
        if attempt:
            pause(attempt)
        if _written(dynamodb, writes, unavailable):
            return
    raise TemporarilyUnavailable(unavailable, "TransactionConflict")


def _written(dynamodb: "DynamoDBClient", writes: Sequence[Write], unavailable: Reason) -> bool:
    """False: another try may succeed."""
    with translated(unavailable):
        try:
            dynamodb.transact_write_items(TransactItems=list(writes))  # type: ignore[arg-type]
        except ClientError as error:
            if _TOO_LARGE in str(error.response):
                raise ItemTooLarge from error
            if error_code(error) != "TransactionCanceledException":
                raise
            _raise_if_final(error, unavailable)
            return False
    return True


def _raise_if_final(error: ClientError, unavailable: Reason) -> None:
    """A failed condition is final, whatever else stood in the way."""
    reasons: Any = error.response.get("CancellationReasons", [])
    codes = [reason.get("Code") for reason in reasons]
    if _CONDITION_FAILED in codes:
        raise ConditionFailed(tuple(i for i, code in enumerate(codes) if code == _CONDITION_FAILED)) from error
    if _PASSING.isdisjoint(codes):
        raise refusal(error, unavailable) from error
