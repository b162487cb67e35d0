"""Files what an earlier release wrote without filing it, all at once, in a layout of its own.

The new layout is not read until the marker names it, and the marker names it only if nothing was written meanwhile.
So a process that is too slow, or fails in the middle, has filed nothing.
"""

from collections.abc import Iterable, Iterator
from uuid import uuid4

from federation.aws.items import ConditionFailed, Item, Pause, Write, query_partition, write_all
from federation.aws.places import FORMAT, places_of
from federation.aws.service import DynamoDb
from federation.aws.trust_items import (
    MEMBER,
    document_key,
    document_partition,
    filed_key,
    is_deleted,
    shards,
    stored_document,
)
from federation.aws.trust_writes import Marker, Place
from federation.model.documents import CorruptDocument, StoredDocument
from federation.model.history import TRUST_REVISION
from federation.model.trust import Kind
from federation.oauth.reasons import Reason

_FILED_KINDS = (Kind.POLICY, Kind.ISSUER, Kind.AUDIENCE)
_UNFILED = "version = :revision AND (attribute_not_exists(filed) OR filed <> version OR NOT begins_with(layout, :form))"
_AT_ONCE = 50
MAX_BATCH = 3 * 1024 * 1024
"""Bytes."""
MAX_BYTES = 390 * 1024
"""Of one place: an item has 400 KiB at most, and its key and numbers are in it too."""


def new_layout() -> str:
    """A name that no other layout has."""
    return f"{FORMAT}-{uuid4().hex}"


class Refiling:
    """On one trust table."""

    def __init__(self, dynamodb: DynamoDb, table: str, pause: Pause) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._pause = pause

    def run(self, revision: int) -> Marker:
        """What stands now. `revision`: that nothing was written since.

        Its layout is None where there is something that cannot be filed, or somebody wrote meanwhile: every document
        is read instead, as before.
        """
        places = self._places()
        if places is None:
            return Marker(revision, None)
        layout = new_layout()
        self._write([_item(layout, place, members) for place, members in places.items()])
        return Marker(revision, layout if self._named(revision, layout) else None)

    def _places(self) -> dict[Place, Item] | None:
        places: dict[Place, Item] = {}
        try:
            for document in self._documents():
                _file(document, places)
        except CorruptDocument:
            return None
        if any(sum(len(text) for text in _texts(item)) > MAX_BYTES for item in places.values()):
            return None
        return places

    def _documents(self) -> Iterator[StoredDocument]:
        """Raises CorruptDocument for a policy: it might be the one that forbids."""
        for kind in _FILED_KINDS:
            for shard in shards(kind):
                for item in query_partition(self._dynamodb, self._table, document_partition(kind, shard)):
                    if not is_deleted(item):
                        yield from _readable(kind, item)

    def _write(self, items: Iterable[Item]) -> None:
        for batch in _batches(items):
            writes: list[Write] = [{"Put": {"TableName": self._table, "Item": item}} for item in batch]
            write_all(self._dynamodb, writes, Reason.STORE_UNAVAILABLE, self._pause)

    def _named(self, revision: int, layout: str) -> bool:
        values = {":revision": {"N": str(revision)}, ":layout": {"S": layout}, ":form": {"S": f"{FORMAT}-"}}
        update = {
            "TableName": self._table,
            "Key": document_key(TRUST_REVISION),
            "UpdateExpression": "SET filed = :revision, layout = :layout",
            "ConditionExpression": _UNFILED,
            "ExpressionAttributeValues": values,
        }
        try:
            write_all(self._dynamodb, [{"Update": update}], Reason.STORE_UNAVAILABLE, self._pause)
        except ConditionFailed:
            return False
        return True


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """As many as one transaction takes: a hundred items, and four megabytes."""
    batch: list[Item] = []
    room = MAX_BATCH
    for item in items:
        size = sum(len(text) for text in _texts(item))
        if len(batch) == _AT_ONCE or size > room:
            yield batch
            batch, room = [], MAX_BATCH
        batch.append(item)
        room -= size
    if batch:
        yield batch


def _readable(kind: Kind, item: Item) -> Iterator[StoredDocument]:
    try:
        yield stored_document(kind, item["sk"]["S"], item)
    except CorruptDocument:
        if kind is Kind.POLICY:
            raise


def _file(document: StoredDocument, places: dict[Place, Item]) -> None:
    found = places_of(document)
    for place, text in found.members.items():
        places.setdefault(place, {})[MEMBER + document.id] = {"S": text}
    for place in found.counted:
        item = places.setdefault(place, {"members": {"N": "0"}})
        item["members"] = {"N": str(int(item["members"]["N"]) + 1)}


def _item(layout: str, place: Place, members: Item) -> Item:
    return filed_key(layout, place) | members


def _texts(item: Item) -> Iterator[bytes]:
    for name, value in item.items():
        yield name.encode()
        yield next(iter(value.values())).encode()
