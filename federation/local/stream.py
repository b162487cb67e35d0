"""A table's stream on a laptop: what Lambda's event source does, for one function.

Of DynamoDB Streams as AWS has them: shards, each read in order from its beginning; a batch that the function did not
take is given again, so it comes at least once.
"""

import os
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

import boto3

from federation.aws.clients import dynamodb_client
from federation.local.embedded_aws import DYNAMODB_ENDPOINT, REGION, SETUP_SECONDS

BATCH = 1000

Event: TypeAlias = Mapping[str, Any]


class StreamReader:
    """Gives the function what happened since the last look."""

    def __init__(self, table: str, function: Callable[[Event], object]) -> None:
        endpoint = os.environ.get(DYNAMODB_ENDPOINT) or f"https://streams.dynamodb.{REGION}.amazonaws.com"
        self._streams = boto3.client("dynamodbstreams", endpoint_url=endpoint)
        self._arn = _stream_of(table)
        self._function = function
        self._iterators: dict[str, str | None] = {}

    def __call__(self) -> None:
        """One look, at every shard; raises what the function raises."""
        stream = self._streams.describe_stream(StreamArn=self._arn)["StreamDescription"]
        for shard in stream["Shards"]:
            self._read(shard["ShardId"])

    def _read(self, shard: str) -> None:
        if shard not in self._iterators:
            self._iterators[shard] = self._streams.get_shard_iterator(
                StreamArn=self._arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
            )["ShardIterator"]
        iterator = self._iterators[shard]
        if iterator is None:  # nothing will ever be added to it
            return
        try:
            page = self._streams.get_records(ShardIterator=iterator, Limit=BATCH)
        except (self._streams.exceptions.ExpiredIteratorException, self._streams.exceptions.TrimmedDataAccessException):
            del self._iterators[shard]  # from the beginning, at the next look: the function knows what it has heard
            return
        if page["Records"]:
            self._function({"Records": [_as_event(record) for record in page["Records"]]})
        self._iterators[shard] = page.get("NextShardIterator")


def _stream_of(table: str) -> str:
    """Its ARN. A table that an earlier version has made has none yet."""
    dynamodb = dynamodb_client(SETUP_SECONDS)
    described = dynamodb.describe_table(TableName=table)["Table"]
    if "LatestStreamArn" not in described:
        wanted: Any = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        described = dynamodb.update_table(TableName=table, StreamSpecification=wanted)["TableDescription"]
    return described["LatestStreamArn"]


def _as_event(record: Any) -> Event:  # noqa: ANN401 (the client's form)
    """In events a time is a number."""
    change = dict(record["dynamodb"])
    at = change.get("ApproximateCreationDateTime")
    if isinstance(at, datetime):
        change["ApproximateCreationDateTime"] = at.timestamp()
    return {**record, "dynamodb": change}
