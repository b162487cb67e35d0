"""DynamoDB and its streams where moto strays from AWS."""

import copy
import json
from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import RLock
from typing import Any, TypeAlias

from moto.core.request import Request
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import StreamShard, Table
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodb.urls import url_bases


class FaithfulShard(StreamShard):
    """The one shard that a table of moto's has."""

    def __init__(self, account_id: str, table: Table) -> None:
        super().__init__(account_id, table)
        self._held: list[tuple[Item | None, Item | None]] | None = None

    def add(self, old: Item | None, new: Item | None) -> None:
        """Takes moto's parameters."""
        if self._held is not None:
            self._held.append((old, new))
        elif old is None or new is None or old.to_json() != new.to_json():
            super().add(old, new)

    def hold(self) -> None:
        """Until it is known what becomes of a transaction, nobody hears of it."""
        self._held = []

    def release(self, *, applied: bool) -> None:
        """Now it is."""
        held, self._held = self._held or [], None
        for old, new in held if applied else ():
            self.add(old, new)


REMEMBERED_TOKENS = 1000

Answer: TypeAlias = tuple[int, dict[str, Any], Any]
"""Status, headers, body."""


_Filed: TypeAlias = dict[tuple[DynamoType, ...], dict[DynamoType, Any]]


class SnapshotTable(Table):
    """A table whose copy costs little: it shares partitions, and a change takes a partition of its own first."""

    filed: dict[tuple[str, ...], _Filed]
    """For queries of an index: names of attributes -> their values -> the partitions with such items."""

    def __deepcopy__(self, memo: dict[int, object]) -> "SnapshotTable":
        return _table({**self.__dict__, "items": self.items.copy()})

    def put_item(self, item_attrs: dict[str, Any], *args: Any, **kwargs: Any) -> Item:  # noqa: ANN401
        """Takes moto's parameters."""
        if self.hash_key_attr in item_attrs:
            self.part(DynamoType(item_attrs[self.hash_key_attr]))
        return super().put_item(item_attrs, *args, **kwargs)

    def delete_item(self, hash_key: DynamoType, range_key: DynamoType | None) -> Item | None:
        """Takes moto's parameters."""
        self.part(hash_key)
        return super().delete_item(hash_key, range_key)

    def query(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        """Takes moto's parameters. moto sorts the whole table for each: it is given what the query is about."""
        named = dict(kwargs["hash_key_conditions"])
        about: Any = _table({**self.__dict__, "items": self._about(named)})
        return Table.query(about, *args, **kwargs)

    def _about(self, named: dict[str, DynamoType]) -> dict[DynamoType, Any]:
        """The partition, or those with items that an index has under these values."""
        if self.hash_key_attr in named:
            key = named[self.hash_key_attr]
            return {key: self.items[key]} if key in self.items else {}
        return self._filed(tuple(named)).get(tuple(named.values()), {})

    def _filed(self, names: tuple[str, ...]) -> _Filed:
        """Partitions by what their items have under these names; made anew once an item has changed."""
        if names not in self.filed:
            found: _Filed = {}
            for key, part in self.items.items():
                for item in _items(part):
                    if all(name in item.attrs for name in names):
                        found.setdefault(tuple(item.attrs[name] for name in names), {})[key] = part
            self.filed[names] = found
        return self.filed[names]

    def part(self, hash_key: DynamoType) -> None:
        """Share that partition with no copy any more: it is about to change."""
        self.filed = {}
        partition = self.items.get(hash_key)
        if isinstance(partition, dict):
            self.items[hash_key] = dict(partition)


def _items(partition: Any) -> Iterable[Item]:  # noqa: ANN401 - an item, where the table has no sort key
    return partition.values() if isinstance(partition, dict) else (partition,)


def _table(state: dict[str, Any]) -> SnapshotTable:
    """Not by its constructor: moto keeps whatever that makes until it ends."""
    table: SnapshotTable = object.__new__(SnapshotTable)  # type: ignore[type-abstract]
    table.__dict__ = {"filed": {}, **state}
    return table


class FaithfulDynamoDb(DynamoDBBackend):
    """moto's backend, behind a lock."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self._lock = RLock()
        self._applied: OrderedDict[str, Answer] = OrderedDict()

    @property
    def urls(self) -> dict[str, Callable[[Any, str, Any], Any]]:
        """URL pattern -> what answers."""
        return {f"{base}/": self._answer for base in url_bases}

    def create_table(self, name: str, *args: Any, **kwargs: Any) -> Table:  # noqa: ANN401
        """Takes moto's parameters."""
        table = _table(super().create_table(name, *args, **kwargs).__dict__)
        if table.stream_shard is not None:
            table.stream_shard = FaithfulShard(self.account_id, table)
        self.tables[name] = table
        return table

    def update_item(self, table_name: str, key: dict[str, dict[str, Any]], *args: Any, **kwargs: Any) -> Item:  # noqa: ANN401
        """Takes moto's parameters. moto changes the item that lies in the table: give it one of its own."""
        table: Any = self.get_table(table_name)
        hash_value, range_value = self.get_keys_value(table, key)
        table.part(hash_value)
        row: Any = table.items if range_value is None else table.items[hash_value]
        name = hash_value if range_value is None else range_value
        if name in row:
            row[name] = copy.deepcopy(row[name])
        return super().update_item(table_name, key, *args, **kwargs)

    def _answer(self, request: Request, url: str, headers: Any) -> Answer:  # noqa: ANN401
        with self._lock:
            token = _token(request)
            if token in self._applied:
                return self._applied[token]
            answer = self._dispatched(request, url, headers) if token else DynamoHandler.dispatch(request, url, headers)
            if token and answer[0] == 200:  # noqa: PLR2004 RFC 9110 section 15.3.1
                self._remember(token, answer)
            return answer

    def _dispatched(self, request: Request, url: str, headers: Any) -> Answer:  # noqa: ANN401
        """A transaction: streams hear of it when it is done, and of nothing if it is not."""
        shards = [table.stream_shard for table in self.tables.values() if isinstance(table.stream_shard, FaithfulShard)]
        applied = False
        for shard in shards:
            shard.hold()
        try:
            answer: Answer = DynamoHandler.dispatch(request, url, headers)
            applied = answer[0] == 200  # noqa: PLR2004 RFC 9110 section 15.3.1
        finally:
            for shard in shards:
                shard.release(applied=applied)
        return answer

    def _remember(self, token: str, answer: Answer) -> None:
        self._applied[token] = answer
        if len(self._applied) > REMEMBERED_TOKENS:
            self._applied.popitem(last=False)


def _token(request: Request) -> str:
    """The idempotency token of a transaction; empty for everything else."""
    if not request.headers.get("X-Amz-Target", "").endswith(".TransactWriteItems"):
        return ""
    return str(json.loads(request.get_data()).get("ClientRequestToken", ""))
