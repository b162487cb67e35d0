"""A million mappings in a quarter of an hour: BatchWriteItem on a bare connection, of items proven to be right."""

import http.client
import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from benchmarks.scale.mappings import LOADED, document, items, selector
from federation.aws.boto import BotoService
from federation.aws.filing_writer import filing_writer
from federation.aws.items import Item
from federation.aws.service import DynamoDb
from federation.aws.trust_items import document_key
from federation.model.history import TRUST_REVISION

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BATCH = 25
"""Items that a BatchWriteItem takes."""
_HEADERS = {
    "x-amz-target": "DynamoDB_20120810.BatchWriteItem",
    "content-type": "application/x-amz-json-1.0",
    # The engine wants to see one, and checks none.
    "authorization": "AWS4-HMAC-SHA256 Credential=embedded/20260101/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host, Signature=0",
    "x-amz-date": "20260101T000000Z",
}


class UnlikeTheWriter(Exception):
    """What is loaded is not what the writer writes: nothing that is measured would mean anything."""


def prove(dynamodb: "DynamoDBClient", table: str, audit_table: str, number: int) -> None:
    """Write that mapping by the writer, and compare; raises UnlikeTheWriter."""
    writer = filing_writer(DynamoDb(BotoService(dynamodb)), table, audit_table)
    writer.put(document(number), selector(number), LOADED)
    for item in items(table, number):
        key = {name: item[name] for name in ("pk", "sk")}
        written = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
        if written != item:
            raise UnlikeTheWriter(f"{written} is not {item}")


def load(dynamodb: "DynamoDBClient", endpoint: str, table: str, numbers: range) -> Iterator[int]:
    """Write these mappings, and count them as revisions; yields how many were written since it last did."""
    with closing(http.client.HTTPConnection(urlsplit(endpoint).netloc)) as connection:
        pending, written = (item for number in numbers for item in items(table, number)), 0
        while batch := list(islice(pending, BATCH * 4)):
            for part in range(0, len(batch), BATCH):
                _write(connection, table, batch[part : part + BATCH])
            yield BATCH if len(batch) == BATCH * 4 else len(numbers) - written
            written += BATCH
    values: dict[str, Any] = {":loaded": {"N": str(len(numbers))}}
    key, update = document_key(TRUST_REVISION), "ADD version :loaded, filed :loaded"
    dynamodb.update_item(TableName=table, Key=key, UpdateExpression=update, ExpressionAttributeValues=values)


def _write(connection: http.client.HTTPConnection, table: str, batch: Iterable[Item]) -> None:
    unwritten: Any = {table: [{"PutRequest": {"Item": item}} for item in batch]}
    while unwritten:
        connection.request("POST", "/", json.dumps({"RequestItems": unwritten}), _HEADERS)
        response = connection.getresponse()
        answer = json.loads(response.read())
        if response.status != http.HTTPStatus.OK:
            raise OSError(f"the engine answers {answer}")
        unwritten = answer.get("UnprocessedItems")
