"""DocumentPages on the trust table: strongly consistent Queries of no more than what is asked for."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from federation.aws.errors import translated
from federation.aws.items import Item
from federation.aws.service import DynamoDb
from federation.aws.trust_items import (
    admin_partition,
    document_key,
    document_partition,
    is_deleted,
    naming_partition,
    owned_partition,
    pending_partition,
    shard_of,
    shards,
    stored_document,
    version_of,
)
from federation.model.documents import CorruptDocument, StoredDocument
from federation.model.history import TRUST_REVISION
from federation.model.trust import DocumentRef, Kind
from federation.oauth.reasons import Reason

_FIRST = " "
"""Sorts before every id."""
_PAGE = 1_000


class DynamoTrustPages:
    """`on_corrupt` is told of every document that is left out."""

    def __init__(self, dynamodb: DynamoDb, table: str, on_corrupt: Callable[[CorruptDocument], None]) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._on_corrupt = on_corrupt

    def page(self, kind: Kind, after: str | None, limit: int) -> tuple[StoredDocument, ...]:
        """One Query, and one more for each shard that ends within the page."""
        return tuple(islice(self._documents(kind, after, limit), limit))

    def revision(self) -> int:
        """One GetItem."""
        with translated(Reason.STORE_UNAVAILABLE):
            key = document_key(TRUST_REVISION)
            answer = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return version_of(answer.get("Item"))

    def mappings_of(self, issuer: str, after: str | None, limit: int) -> tuple[str, ...]:
        """One Query."""
        return self.naming(DocumentRef(Kind.ISSUER, issuer), Kind.MAPPING, after, limit)

    def naming(self, ref: DocumentRef, kind: Kind, after: str | None, limit: int) -> tuple[str, ...]:
        """One Query."""
        return self._ids(naming_partition(ref, kind), after, limit)

    def owned(self, kind: Kind, tenant: str | None, after: str | None, limit: int) -> tuple[str, ...]:
        """One Query."""
        return self._ids(owned_partition(kind, tenant), after, limit)

    def admin_mappings(self) -> tuple[str, ...]:
        """One Query, of as many pages as it takes: an admin whom it left out would be none."""
        return self._all_ids(admin_partition())

    def pending_mappings(self) -> tuple[str, ...]:
        """One Query, of as many pages as it takes."""
        return self._all_ids(pending_partition())

    def _documents(self, kind: Kind, after: str | None, limit: int) -> Iterator[StoredDocument]:
        current = None if after is None else shard_of(DocumentRef(kind, after))
        places = shards(kind)
        for shard in places[places.index(current) if current else 0 :]:
            behind = after if shard == current else None
            for item in self._behind(document_partition(kind, shard), behind, limit):
                yield from self._usable(kind, item)

    def _usable(self, kind: Kind, item: Item) -> Iterator[StoredDocument]:
        if is_deleted(item):
            return
        try:
            yield stored_document(kind, item["sk"]["S"], item)
        except CorruptDocument as error:
            self._on_corrupt(error)

    def _ids(self, partition: str, after: str | None, limit: int) -> tuple[str, ...]:
        return tuple(item["sk"]["S"] for item in islice(self._behind(partition, after, limit), limit))

    def _all_ids(self, partition: str) -> tuple[str, ...]:
        return tuple(item["sk"]["S"] for item in self._behind(partition, None, _PAGE))

    def _behind(self, partition: str, after: str | None, limit: int) -> Iterator[Item]:
        values = {":partition": {"S": partition}, ":after": {"S": after or _FIRST}}
        return self._query("pk = :partition AND sk > :after", values, limit)

    def _query(self, condition: str, values: dict[str, Any], limit: int) -> Iterator[Item]:
        """Items, in as many pages as the caller takes."""
        pages = self._dynamodb.query_pages(
            TableName=self._table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
            Limit=limit,
        )
        following = iter(pages)
        while True:
            with translated(Reason.STORE_UNAVAILABLE):
                page = next(following, None)
            if page is None:
                return
            yield from page["Items"]
