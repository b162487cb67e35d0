"""DynamoDB items, and reading many of them at once."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from federation.aws.backoff import ATTEMPTS, Pause
from federation.aws.errors import translated
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item: TypeAlias = dict[str, Any]
"""Attribute name -> typed value, such as `{"S": "text"}`."""
Key: TypeAlias = dict[str, Any]


def get_items(
    dynamodb: "DynamoDBClient", table: str, keys: Sequence[Key], options: Mapping[str, Any], pause: Pause
) -> list[Item]:
    """The items that exist, in one BatchGetItem; what DynamoDB left out is asked for again, three times at most.

    An item that stays out is no reason to guess: TemporarilyUnavailable (ATTACKS F13).
    """
    found: list[Item] = []
    request: Any = {table: {"Keys": list(keys), **options}}
    for attempt in range(ATTEMPTS):
        if attempt:
            pause(attempt)
        with translated(Reason.STORE_UNAVAILABLE):
            answer = dynamodb.batch_get_item(RequestItems=request)
        found.extend(answer["Responses"].get(table, ()))
        request = answer.get("UnprocessedKeys")
        if not request:
            return found
    raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "UnprocessedKeys")


def query_partition(dynamodb: "DynamoDBClient", table: str, partition: str) -> list[Item]:
    """Every item of the partition by a strongly consistent Query, of as many pages as it takes."""
    pages = dynamodb.get_paginator("query").paginate(
        TableName=table,
        KeyConditionExpression="pk = :partition",
        ExpressionAttributeValues={":partition": {"S": partition}},
        ConsistentRead=True,
    )
    with translated(Reason.STORE_UNAVAILABLE):
        return [item for page in pages for item in page["Items"]]
