"""DynamoDB items, and reading many of them at once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from federation.aws.backoff import ATTEMPTS, Pause
from federation.aws.errors import translated
from federation.aws.service import DynamoDb, Started
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason

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
