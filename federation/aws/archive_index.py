"""ArchiveIndex on DynamoDB: the newest head in the trust table, what was archived lately in the state table.

    trust: pk = ("archive"), sk = head         number, digest, kid, signed_at
    state: pk = ("archived", event)            expires_at, segment

The head lies where neither who issues tokens nor who edits trust may write: it witnesses how far the archive went.
"""

from collections.abc import Collection
from contextlib import suppress
from typing import Any

from msgspec import Struct

from federation.aws.claims import ConditionNotMet, conditional
from federation.aws.errors import translated
from federation.aws.items import ATTEMPTS, Key, Pause, full_jitter, get_items, item_key
from federation.aws.service import DynamoDb
from federation.model.archive import NO_SEGMENT, ArchiveHead
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Clock

PARTITION = item_key("archive")
REMEMBERED = 3 * 24 * 60 * 60
"""Seconds: a table's stream tells of everything for a day, again and again if need be."""
BATCH = 25
"""Items that one BatchWriteItem may write."""

HEAD_KEY: Key = {"pk": {"S": PARTITION}, "sk": {"S": "head"}}


class IndexTables(Struct, frozen=True):
    """Names of tables."""

    trust: str
    state: str


class DynamoArchiveIndex:
    """Writes two kinds of items and no other."""

    def __init__(self, dynamodb: DynamoDb, tables: IndexTables, clock: Clock, pause: Pause = full_jitter) -> None:
        self._dynamodb = dynamodb
        self._tables = tables
        self._clock = clock
        self._pause = pause

    def head(self) -> ArchiveHead:
        """One GetItem."""
        with translated(Reason.STORE_UNAVAILABLE):
            found = self._dynamodb.get_item(TableName=self._tables.trust, Key=HEAD_KEY, ConsistentRead=True)
        return _head(found["Item"]) if "Item" in found else NO_SEGMENT

    def advance(self, head: ArchiveHead) -> None:
        """One conditional PutItem."""
        item = {
            "number": {"N": str(head.number)},
            "digest": {"S": head.digest},
            "kid": {"S": head.kid},
            "signed_at": {"N": str(head.signed_at)},
        }
        with suppress(ConditionNotMet), conditional(Reason.STORE_UNAVAILABLE):
            self._dynamodb.put_item(
                TableName=self._tables.trust,
                Item=HEAD_KEY | item,
                ConditionExpression="attribute_not_exists(pk) OR #number < :number",
                ExpressionAttributeNames={"#number": "number"},
                ExpressionAttributeValues={":number": item["number"]},
            )

    def archived(self, events: Collection[str]) -> frozenset[str]:
        """A BatchGetItem for every hundred. What DynamoDB has yet to delete was archived all the same."""
        by_key = {item_key("archived", event): event for event in events}
        keys = [_key(pk) for pk in by_key]
        options = {"ConsistentRead": True, "ProjectionExpression": "pk"}
        items = get_items(self._dynamodb, self._tables.state, keys, options, self._pause)
        return frozenset(by_key[item["pk"]["S"]] for item in items)

    def mark(self, events: Collection[str], number: int) -> None:
        """A BatchWriteItem for every twenty-five."""
        until = {"N": str(int(self._clock.now()) + REMEMBERED)}
        marks = [
            _key(item_key("archived", event)) | {"expires_at": until, "segment": {"N": str(number)}}
            for event in dict.fromkeys(events)
        ]
        for start in range(0, len(marks), BATCH):
            self._put_all([{"PutRequest": {"Item": item}} for item in marks[start : start + BATCH]])

    def _put_all(self, requests: list[Any]) -> None:
        """What DynamoDB left out is asked for again (ATTACKS F13)."""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._pause(attempt)
            with translated(Reason.STORE_UNAVAILABLE):
                answer = self._dynamodb.batch_write_item(RequestItems={self._tables.state: requests})
            requests = list(answer.get("UnprocessedItems", {}).get(self._tables.state, ()))
            if not requests:
                return
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "UnprocessedItems")


def _key(pk: str) -> Key:
    return {"pk": {"S": pk}}


def _head(item: Any) -> ArchiveHead:  # noqa: ANN401 (the client's attribute values)
    """One that cannot be read is no reason to begin anew: TemporarilyUnavailable."""
    try:
        return ArchiveHead(
            number=int(item["number"]["N"]),
            digest=item["digest"]["S"],
            kid=item["kid"]["S"],
            signed_at=int(item["signed_at"]["N"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "the archive's head is unreadable") from error
