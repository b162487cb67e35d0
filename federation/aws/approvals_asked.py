"""How many requests for approval a principal or an issuer has waiting: a list of each, in the state table."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from federation.aws.approval_items import MARGIN, asked_key, both_of, standing
from federation.aws.items import Item, Pause, Write, get_items
from federation.aws.service import DynamoDb
from federation.model.approval import ApprovalState, StoredApproval, waiting_lists
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason


class _Waiting(NamedTuple):
    """Of one principal or issuer."""

    key: Item
    most: int
    version: int
    ends: dict[str, int]
    """Id of a request -> when it ends. One that was decided is in it until another needs its place."""


class WaitingLists:
    """Read before a request is written, and written with it."""

    def __init__(self, dynamodb: DynamoDb, table: str, pause: Pause) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._pause = pause

    def entered(self, pending: StoredApproval, now: int) -> list[Write]:
        """Writes that count it, each only while no other counts; raises TemporarilyUnavailable above the limit."""
        return [self._entered(one, pending, now) for one in self._read(pending)]

    def _read(self, pending: StoredApproval) -> Iterator[_Waiting]:
        lists = [(asked_key(one.what, one.name), one.most) for one in waiting_lists(pending.request)]
        read = get_items(self._dynamodb, self._table, [key for key, _ in lists], {"ConsistentRead": True}, self._pause)
        found = {item["pk"]["S"]: item for item in read}
        for key, most in lists:
            item = found.get(key["pk"]["S"])
            ends: dict[str, int] = json.loads(item["pending"]["S"]) if item else {}
            yield _Waiting(key, most, int(item["version"]["N"]) if item else 0, ends)

    def _entered(self, waiting: _Waiting, pending: StoredApproval, now: int) -> Write:
        id_ = pending.request.id
        ends = {other: end for other, end in waiting.ends.items() if end > now and other != id_}
        if len(ends) >= waiting.most:
            undecided = self._undecided(list(ends))
            ends = {other: end for other, end in ends.items() if other in undecided}
        if len(ends) >= waiting.most:
            raise TemporarilyUnavailable(Reason.TOO_MANY_APPROVALS)
        return self._put(waiting, {**ends, id_: pending.expires_at})

    def _undecided(self, ids: list[str]) -> set[str]:
        stand = [standing(*both) for both in both_of(self._dynamodb, self._table, ids, self._pause)]
        return {one.request.id for one in stand if one and one.state is ApprovalState.PENDING}

    def _put(self, waiting: _Waiting, ends: dict[str, int]) -> Write:
        item = {
            **waiting.key,
            "pending": {"S": json.dumps(ends)},
            "version": {"N": str(waiting.version + 1)},
            "expires_at": {"N": str(max(ends.values()) + MARGIN)},
        }
        put: Item = {"TableName": self._table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
        if waiting.version:
            seen = {":seen": {"N": str(waiting.version)}}
            put |= {"ConditionExpression": "version = :seen", "ExpressionAttributeValues": seen}
        return {"Put": put}
