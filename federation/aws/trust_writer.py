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
from federation.model.history import TRUST_REVISION, Change
from federation.model.trust import DocumentRef, DocumentVersion, Kind, Selector
from federation.oauth.reasons import Reason
from federation.ports import BucketFull, DocumentState, RevisionMoved, VersionConflict

ATTEMPTS = 12
"""Every write of a document moves one counter, so editors meet there: about five seconds of them at most."""
MOST_OPERATIONS = 100
"""Of one transaction (DynamoDB's quota)."""
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
        rests_on: Collection[DocumentVersion] = (),
    ) -> None:
        """Raises VersionConflict, RevisionMoved or BucketFull."""
        ref = DocumentRef(document.kind, document.id)
        if change is None and ref.kind is not Kind.KEY_SET:
            raise TypeError("every write of a document that people write has its history")
        current = self._item(ref)
        if version_of(current) != document.version - 1:
            raise VersionConflict(ref)
        added = self._writes.added(document, current)
        operations = [*self._writes.put(document, filed_under, current, change), *added]
        if len(operations) + len(rests_on) > MOST_OPERATIONS:
            self._write_in_parts(operations, added, ref, revision, rests_on)
            return
        self._write([*operations, *map(self._writes.current, rests_on)], ref, revision, len(rests_on))

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

    def _write_in_parts(
        self,
        operations: list[Write],
        added: list[Write],
        ref: DocumentRef,
        revision: int | None,
        rests_on: Collection[DocumentVersion],
    ) -> None:
        """Index entries first, however many; then the rest, if nothing at all was written meanwhile."""
        since = self._revision() if revision is None else revision
        states = self.states([one.ref for one in rests_on])
        if any(_current(states[one.ref]) != one.version for one in rests_on):
            raise RevisionMoved(ref)
        for start in range(0, len(added), MOST_OPERATIONS):
            write_all(self._dynamodb, added[start : start + MOST_OPERATIONS], Reason.STORE_UNAVAILABLE, self._pause)
        self._write([one for one in operations if one not in added], ref, since)

    def _revision(self) -> int:
        return version_of(self._item(TRUST_REVISION))

    def _write(self, operations: Iterable[Write], ref: DocumentRef, revision: int | None, conditions: int = 0) -> None:
        """`conditions`: how many of the operations, at the end, only look at what the document rests on."""
        writes = list(operations)
        if revision is not None:
            writes[_REVISION] = self._writes.at_revision(writes[_REVISION], revision)
        try:
            write_all(self._dynamodb, writes, Reason.STORE_UNAVAILABLE, self._pause, ATTEMPTS)
        except ConditionFailed as error:
            looked_at = {_REVISION, *range(len(writes) - conditions, len(writes))}
            moved = looked_at.issuperset(error.positions)
            raise (RevisionMoved(ref) if moved else VersionConflict(ref)) from error
        except ItemTooLarge as error:
            raise BucketFull(
                "Too many mappings pin the same claim to the same value; pin a more selective claim."
            ) from error


def _state(ref: DocumentRef, item: Item | None) -> DocumentState:
    if item is None or is_deleted(item):
        return DocumentState(version_of(item))
    return DocumentState(version_of(item), stored_document(ref.kind, ref.id, item))


def _current(state: DocumentState) -> int:
    return state.version if state.document else 0


def _name(key: Key) -> tuple[str, str]:
    return key["pk"]["S"], key["sk"]["S"]
