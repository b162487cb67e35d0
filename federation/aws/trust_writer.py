"""TrustWriter on the trust table: a document, its history and the copy under which it is found, in one transaction."""

from collections.abc import Collection, Iterable

from federation.aws.backoff import Pause, full_jitter
from federation.aws.errors import translated
from federation.aws.items import Item, Key, get_items
from federation.aws.service import DynamoDb
from federation.aws.transactions import ConditionFailed, ItemTooLarge, Write, write_all
from federation.aws.trust_items import document_key, is_deleted, stored_document, version_of
from federation.aws.trust_writes import TrustWrites
from federation.model.documents import StoredDocument
from federation.model.history import Change
from federation.model.trust import DocumentRef, Kind, Selector
from federation.oauth.reasons import Reason
from federation.ports import BucketFull, DocumentState, RevisionMoved, VersionConflict

ATTEMPTS = 12
"""Every write of a document moves one counter, so editors meet there: about five seconds of them at most."""
_REVISION = 1
"""Where the counting of the revision stands in the operations of a write."""


class DynamoTrustWriter:
    """Every write is conditional on the version before it, so no edit is lost."""

    def __init__(self, dynamodb: DynamoDb, table: str, pause: Pause = full_jitter) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._pause = pause
        self._writes = TrustWrites(table)

    def get(self, ref: DocumentRef) -> StoredDocument | None:
        """A strongly consistent GetItem; raises CorruptDocument."""
        return _state(ref, self._item(ref)).document

    def states(self, refs: Collection[DocumentRef]) -> dict[DocumentRef, DocumentState]:
        """A strongly consistent BatchGetItem for every hundred."""
        asked = {_name(key): (ref, key) for ref in refs for key in [document_key(ref)]}
        keys = [key for _, key in asked.values()]
        items = get_items(self._dynamodb, self._table, keys, {"ConsistentRead": True}, self._pause)
        found = {asked[_name(item)][0]: item for item in items}
        return {ref: _state(ref, found.get(ref)) for ref in refs}

    def put(
        self,
        document: StoredDocument,
        filed_under: Selector | None,
        change: Change | None,
        *,
        revision: int | None = None,
    ) -> None:
        """Raises VersionConflict or BucketFull."""
        ref = DocumentRef(document.kind, document.id)
        if change is None and ref.kind is not Kind.KEY_SET:
            raise TypeError("every write of a document that people write has its history")
        current = self._item(ref)
        if version_of(current) != document.version - 1:
            raise VersionConflict(ref)
        self._write(self._writes.put(document, filed_under, current, change), ref, revision)

    def delete(self, ref: DocumentRef, version: int, change: Change, *, revision: int | None = None) -> None:
        """Leaves the version behind, so that it never starts again; raises VersionConflict."""
        current = self._item(ref)
        if current is None or is_deleted(current) or version_of(current) != version:
            raise VersionConflict(ref)
        self._write(self._writes.delete(ref, current, change), ref, revision)

    def _item(self, ref: DocumentRef) -> Item | None:
        with translated(Reason.STORE_UNAVAILABLE):
            answer = self._dynamodb.get_item(TableName=self._table, Key=document_key(ref), ConsistentRead=True)
        return answer.get("Item")

    def _write(self, operations: Iterable[Write], ref: DocumentRef, revision: int | None) -> None:
        writes = list(operations)
        if revision is not None:
            writes[_REVISION] = self._writes.at_revision(writes[_REVISION], revision)
        try:
            write_all(self._dynamodb, writes, Reason.STORE_UNAVAILABLE, self._pause, ATTEMPTS)
        except ConditionFailed as error:
            raise (RevisionMoved(ref) if error.positions == (_REVISION,) else VersionConflict(ref)) from error
        except ItemTooLarge as error:
            raise BucketFull(
                "Too many mappings pin the same claim to the same value; pin a more selective claim."
            ) from error


def _state(ref: DocumentRef, item: Item | None) -> DocumentState:
    if item is None or is_deleted(item):
        return DocumentState(version_of(item))
    return DocumentState(version_of(item), stored_document(ref.kind, ref.id, item))


def _name(key: Key) -> tuple[str, str]:
    return key["pk"]["S"], key["sk"]["S"]
