"""SignalMemories on the state table: an item for each identity, of at most a kilobyte.

pk = ("signal-memory", what, value[, tenant])    memory, version, expires_at
"""

from collections.abc import Collection
from collections.abc import Mapping as ReadOnly

from federation.aws.claims import ConditionNotMet, conditional
from federation.aws.items import Item, Pause, full_jitter, get_items, item_key
from federation.aws.service import DynamoDb, Started
from federation.model.signals import StoredMemory, Watched
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Clock

DAY = 24 * 60 * 60
KEPT = {"address": 14 * DAY}
"""Seconds after the last request for which an identity is remembered: addresses come and go."""
LONGEST = 400 * DAY
AT_ONCE = 32
"""Writes on their way at the same time."""


class DynamoSignalMemories:
    """Read together, written one by one, each on condition that it was not written meanwhile."""

    def __init__(self, dynamodb: DynamoDb, state_table: str, clock: Clock, pause: Pause = full_jitter) -> None:
        self._dynamodb = dynamodb
        self._table = state_table
        self._clock = clock
        self._pause = pause

    def load(self, whose: Collection[Watched]) -> ReadOnly[Watched, StoredMemory]:
        """One BatchGetItem for every hundred."""
        names = {_name(watched): watched for watched in whose}
        keys = [{"pk": {"S": name}} for name in names]
        items = get_items(self._dynamodb, self._table, keys, {"ConsistentRead": True}, self._pause)
        return {names[item["pk"]["S"]]: _memory(item) for item in items}

    def store(self, memories: ReadOnly[Watched, StoredMemory]) -> frozenset[Watched]:
        """A PutItem each, many of them on their way at once."""
        waiting, late = list(memories.items()), set[Watched]()
        for start in range(0, len(waiting), AT_ONCE):
            begun = [(watched, self._start(watched, one)) for watched, one in waiting[start : start + AT_ONCE]]
            late |= {watched for watched, started in begun if not _written(started)}
        return frozenset(late)

    def _start(self, watched: Watched, memory: StoredMemory) -> Started:
        ends = int(self._clock.now()) + KEPT.get(watched.what, LONGEST)
        item: Item = {
            "pk": {"S": _name(watched)},
            "memory": {"B": memory.content},
            "version": {"N": str(memory.version)},
            "expires_at": {"N": str(ends)},
        }
        request: Item = {"TableName": self._table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
        if memory.version > 1:
            before = {":before": {"N": str(memory.version - 1)}}
            request |= {"ConditionExpression": "version = :before", "ExpressionAttributeValues": before}
        return self._dynamodb.start("PutItem", request)


def _written(started: Started) -> bool:
    try:
        with conditional(Reason.STORE_UNAVAILABLE):
            started()
    except ConditionNotMet:
        return False
    return True


def _name(watched: Watched) -> str:
    """Without a tenant it has a part less: no name of a tenant is taken for none (ATTACKS E6)."""
    tenant = () if watched.tenant is None else (watched.tenant,)
    return item_key("signal-memory", watched.what, watched.value, *tenant)


def _memory(item: Item) -> StoredMemory:
    try:
        return StoredMemory(bytes(item["memory"]["B"]), int(item["version"]["N"]))
    except (KeyError, TypeError, ValueError) as error:
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "what signals remember is unreadable") from error
