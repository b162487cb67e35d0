"""PolicyDirectory on the trust table."""

from collections.abc import Callable
from typing import TypeVar

from federation.aws.errors import translated
from federation.aws.items import query_partition
from federation.aws.service import DynamoDb
from federation.aws.trust_items import document_key, document_partition, is_deleted, stored_document, version_of
from federation.model.documents import CorruptDocument, StoredDocument, decode_policy, decode_zone
from federation.model.policy import POLICY_SET, PolicyDocuments
from federation.model.trust import Kind
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason

_T = TypeVar("_T")


class DynamoPolicyReader:
    """Strongly consistent. One that cannot be read stops everything: it might be the one that forbids."""

    def __init__(self, dynamodb: DynamoDb, table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._last = PolicyDocuments(0)

    def policies(self) -> PolicyDocuments:
        """A GetItem and two Queries; the same object until something changed."""
        # The version first: a write in between leaves us with too old a version, which the commit then notices.
        version = self._version()
        loaded = PolicyDocuments(version, self._all(Kind.POLICY, decode_policy), self._all(Kind.ZONE, decode_zone))
        self._last = self._last if loaded == self._last else loaded
        return self._last

    def _version(self) -> int:
        with translated(Reason.STORE_UNAVAILABLE):
            answer = self._dynamodb.get_item(TableName=self._table, Key=document_key(POLICY_SET), ConsistentRead=True)
        return version_of(answer.get("Item"))

    def _all(self, kind: Kind, decode: Callable[[StoredDocument], _T]) -> tuple[_T, ...]:
        items = query_partition(self._dynamodb, self._table, document_partition(kind))
        try:
            return tuple(decode(stored_document(kind, item["sk"]["S"], item)) for item in items if not is_deleted(item))
        except CorruptDocument as error:
            raise TemporarilyUnavailable(Reason.POLICY_UNAVAILABLE, str(error)) from error
