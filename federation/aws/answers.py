"""RememberedAnswers on the state table: an item for each action that a caller named.

pk = ("action", tenant, principal, name)    digest, began | status, answer, expires_at
"""

import zlib

from federation.aws.claims import ConditionNotMet, conditional
from federation.aws.errors import translated
from federation.aws.items import Item, Key, item_key
from federation.aws.service import DynamoDb
from federation.oauth.reasons import Reason
from federation.ports import Clock, RememberedAnswer, StillRunning, UnlikeRequest

KEPT = 24 * 60 * 60
RUNNING = 60
"""Seconds after which the one that began is given up."""
LARGEST = 300 * 1024
"""Bytes of an answer, compressed: an item may have 400 KB."""

_FREE = "attribute_not_exists(pk) OR expires_at < :now OR (attribute_not_exists(answer) AND began < :given_up)"


class DynamoAnswers:
    """An answer that is too large to be kept is given anew: what was done already is unchanged then."""

    def __init__(self, dynamodb: DynamoDb, state_table: str, clock: Clock) -> None:
        self._dynamodb = dynamodb
        self._table = state_table
        self._clock = clock

    def begin(self, key: tuple[str, ...], digest: str) -> RememberedAnswer | None:
        """A conditional PutItem; where another was there, a GetItem."""
        item = answer_key(key) | {"digest": {"S": digest}, "began": self._number(0), "expires_at": self._number(KEPT)}
        try:
            with conditional(Reason.STORE_UNAVAILABLE):
                self._dynamodb.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression=_FREE,
                    ExpressionAttributeValues={":now": self._number(0), ":given_up": self._number(-RUNNING)},
                )
        except ConditionNotMet:
            return self._remembered(key, digest)
        return None

    def finish(self, key: tuple[str, ...], answer: RememberedAnswer) -> None:
        """One UpdateItem."""
        kept = zlib.compress(answer.body)
        if len(kept) > LARGEST:
            self.forget(key)
            return
        with translated(Reason.STORE_UNAVAILABLE):
            self._dynamodb.update_item(
                TableName=self._table,
                Key=answer_key(key),
                UpdateExpression="SET #status = :status, answer = :answer",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={":status": {"N": str(answer.status)}, ":answer": {"B": kept}},
            )

    def forget(self, key: tuple[str, ...]) -> None:
        """One DeleteItem."""
        with translated(Reason.STORE_UNAVAILABLE):
            self._dynamodb.delete_item(TableName=self._table, Key=answer_key(key))

    def _remembered(self, key: tuple[str, ...], digest: str) -> RememberedAnswer:
        with translated(Reason.STORE_UNAVAILABLE):
            found = self._dynamodb.get_item(TableName=self._table, Key=answer_key(key), ConsistentRead=True)
        item: Item = found.get("Item", {})
        if item and item["digest"]["S"] != digest:
            raise UnlikeRequest
        if "answer" not in item:
            raise StillRunning
        return RememberedAnswer(int(item["status"]["N"]), zlib.decompress(item["answer"]["B"]))

    def _number(self, seconds: int) -> dict[str, str]:
        return {"N": str(int(self._clock.now()) + seconds)}


def answer_key(key: tuple[str, ...]) -> Key:
    """Where the answer lies."""
    return {"pk": {"S": item_key("action", *key)}}
