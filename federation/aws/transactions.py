"""All or nothing, with another try where two transactions met."""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from federation.aws.backoff import ATTEMPTS, Pause
from federation.aws.errors import AwsRefused, refusal, translated
from federation.aws.service import DynamoDb, Started
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason

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
    dynamodb: DynamoDb, writes: Sequence[Write], unavailable: Reason, pause: Pause, attempts: int = ATTEMPTS
) -> None:
    """One TransactWriteItems, tried again where another transaction was at the same item (ATTACKS F10).

    Every call has a ClientRequestToken of its own, so a retry inside the call is not applied twice.
    Raises ConditionFailed, ItemTooLarge, TemporarilyUnavailable or ServerError.
    """
    start_writing(dynamodb, writes, unavailable, pause, attempts)()


def start_writing(
    dynamodb: DynamoDb, writes: Sequence[Write], unavailable: Reason, pause: Pause, attempts: int = ATTEMPTS
) -> Callable[[], None]:
    """The same in two steps: the first try is on its way when this returns."""
    request = {"TransactItems": list(writes)}
    first = dynamodb.start("TransactWriteItems", request)

    def written() -> None:
        started = first
        for attempt in range(attempts):
            if attempt:
                pause(attempt)
                started = dynamodb.start("TransactWriteItems", request)
            if _written(started, unavailable):
                return
        raise TemporarilyUnavailable(unavailable, "TransactionConflict")

    return written


def _written(started: Started, unavailable: Reason) -> bool:
    """False: another try may succeed."""
    with translated(unavailable):
        try:
            started()
        except AwsRefused as error:
            if _TOO_LARGE in str(error.answer):
                raise ItemTooLarge from error
            if error.code != "TransactionCanceledException":
                raise
            _raise_if_final(error, unavailable)
            return False
    return True


def _raise_if_final(error: AwsRefused, unavailable: Reason) -> None:
    """A failed condition is final, whatever else stood in the way."""
    reasons: Any = error.answer.get("CancellationReasons", [])
    codes = [reason.get("Code") for reason in reasons]
    if _CONDITION_FAILED in codes:
        raise ConditionFailed(tuple(i for i, code in enumerate(codes) if code == _CONDITION_FAILED)) from error
    if _PASSING.isdisjoint(codes):
        raise refusal(error, unavailable) from error
