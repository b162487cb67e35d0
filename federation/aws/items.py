"""DynamoDB items: their keys, reading many at once, and writing all or nothing."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from os import urandom
from typing import Any, TypeAlias

from msgspec import Struct

from federation.aws.errors import AwsRefused, refusal, translated
from federation.aws.service import DynamoDb, Started
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason

KEPT = 2048
"""Keys that are remembered: an exchange needs a score of them, nearly all the same as the last."""
LONGEST = 512
"""Characters that stand in a key as they are: a sort key may have 1,024 bytes."""


@lru_cache(maxsize=KEPT)
def item_key(*parts: str) -> str:
    """An ASCII key that no other tuple of parts has: each part with its length before it.

    From the first part on that is not ASCII, or that makes the key too long, `h` and the digest of the whole stand for
    the rest: no part begins with `h`, since lengths are digits. What a role may write is told by the parts before.
    """
    if not parts:
        raise ValueError("a key needs a part")
    written = [f"{len(part)}:{part}" for part in parts]
    key = "".join(written)
    if len(key) <= LONGEST and key.isascii():
        return key
    return _beginning(written) + "h" + sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _beginning(written: list[str]) -> str:
    kept = ""
    for part in written:
        if not part.isascii() or len(kept) + len(part) > LONGEST:
            break
        kept += part
    return kept


ATTEMPTS = 4
"""One try and at most three more (ATTACKS F10)."""
BASE = 0.025
"""Seconds that the first wait lasts at most; each next one twice as long."""
LONGEST_PAUSE = 1.0
"""Seconds that any wait lasts at most."""

Pause: TypeAlias = Callable[[int], None]
"""Waits before retry number n, counted from 1."""


def full_jitter(retry: int) -> None:
    """Anything between nothing and the longest wait, so that rivals do not meet again."""
    time.sleep(share() * min(LONGEST_PAUSE, BASE * 2 ** (retry - 1)))


def share() -> float:
    """Anything from 0 to 1, of the operating system: a snapshot that is restored many times has no seed to repeat."""
    return int.from_bytes(urandom(4)) / 2**32


Item: TypeAlias = dict[str, Any]
"""Attribute name -> typed value, such as `{"S": "text"}`."""
Key: TypeAlias = dict[str, Any]


BATCH = 100
"""Items that one BatchGetItem may ask for, of all tables together."""


class Asked(Struct, frozen=True):
    """Items of a table, and how to read them."""

    table: str
    keys: Sequence[Key]
    options: Mapping[str, Any]


def get_items(
    dynamodb: DynamoDb, table: str, keys: Sequence[Key], options: Mapping[str, Any], pause: Pause
) -> list[Item]:
    """The items of one table that exist; as `get_from_tables`."""
    return get_from_tables(dynamodb, [Asked(table, keys, options)], pause)[table]


def get_from_tables(dynamodb: DynamoDb, asked: Sequence[Asked], pause: Pause) -> dict[str, list[Item]]:
    """Table -> the items that exist, in one BatchGetItem for every hundred keys; none for no keys.

    What DynamoDB left out is asked for again, three times at most. An item that stays out is no reason to guess:
    TemporarilyUnavailable (ATTACKS F13).
    """
    return start_getting(dynamodb, asked, pause)()


def start_getting(dynamodb: DynamoDb, asked: Sequence[Asked], pause: Pause) -> Callable[[], dict[str, list[Item]]]:
    """The same in two steps: every batch is on its way when this returns."""
    batches = [(batch, dynamodb.start("BatchGetItem", {"RequestItems": batch})) for batch in _batches(asked)]

    def found() -> dict[str, list[Item]]:
        found: dict[str, list[Item]] = {one.table: [] for one in asked}
        for batch, started in batches:
            for table, items in _get_batch(dynamodb, batch, started, pause):
                found[table] += items
        return found

    return found


def _batches(asked: Sequence[Asked]) -> Iterator[dict[str, Any]]:
    every = [(one, key) for one in asked for key in one.keys]
    for start in range(0, len(every), BATCH):
        request: dict[str, Any] = {}
        for one, key in every[start : start + BATCH]:
            request.setdefault(one.table, {"Keys": [], **one.options})["Keys"].append(key)
        yield request


def _get_batch(
    dynamodb: DynamoDb, request: dict[str, Any], started: Started, pause: Pause
) -> Iterator[tuple[str, Sequence[Item]]]:
    for attempt in range(ATTEMPTS):
        if attempt:
            pause(attempt)
            started = dynamodb.start("BatchGetItem", {"RequestItems": request})
        with translated(Reason.STORE_UNAVAILABLE):
            answer = started()
        yield from answer["Responses"].items()
        request = answer.get("UnprocessedKeys") or {}
        if not request:
            return
    raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "UnprocessedKeys")


def query_partition(dynamodb: DynamoDb, table: str, partition: str) -> list[Item]:
    """Every item of the partition by a strongly consistent Query, of as many pages as it takes."""
    pages = dynamodb.query_pages(
        TableName=table,
        KeyConditionExpression="pk = :partition",
        ExpressionAttributeValues={":partition": {"S": partition}},
        ConsistentRead=True,
    )
    with translated(Reason.STORE_UNAVAILABLE):
        return [item for page in pages for item in page["Items"]]


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
