"""TrustWriter on the trust table: a document, where it is found and the record of the write, in one transaction."""

from collections.abc import Callable, Collection
from typing import cast

from msgspec import Struct

from federation.audit.trust_change import action_of, trust_record
from federation.aws.audit_items import record_item
from federation.aws.errors import translated
from federation.aws.items import (
    ConditionFailed,
    Item,
    ItemTooLarge,
    Key,
    Pause,
    Write,
    full_jitter,
    get_items,
    write_all,
)
from federation.aws.service import DynamoDb
from federation.aws.trust_items import document_key, is_deleted, stored_document, version_of
from federation.aws.trust_writes import FilingRules, Marker, TrustWrites, at_revision, contents, versioned
from federation.model.documents import CorruptDocument, StoredDocument
from federation.model.history import TRUST_REVISION, Change, PastVersion
from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, DocumentVersion, Kind, Selector
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import BucketFull, DocumentState, RevisionMoved, Seen, VersionConflict

ATTEMPTS = 12
"""Every write of a document moves one counter, so editors meet there: about five seconds of them at most."""
MOST_OPERATIONS = 100
"""Of one transaction (DynamoDB's quota)."""
_A_LATER = Marker(1, None)
"""Of any write but the first."""
_REVISION = 1
"""Where the counting of the revision stands in the operations of a write."""


class _Operations(Struct, frozen=True):
    """Of one write."""

    writes: list[Write]
    """The document first and the revision second."""
    added: list[Write] = []
    """Index entries, which may be there before the document is."""
    looks: list[Write] = []
    """Conditions on what the document rests on."""

    @property
    def all(self) -> list[Write]:
        """In one transaction."""
        return [*self.writes, *self.added, *self.looks]


class DynamoTrustWriter:
    """Every write is conditional on the version before it, so no edit is lost."""

    def __init__(
        self, dynamodb: DynamoDb, table: str, pause: Pause = full_jitter, filing: FilingRules | None = None
    ) -> None:
        """`filing`: where documents are found beside their own items; None: for who writes the key set alone."""
        self._dynamodb = dynamodb
        self._table = table
        self._pause = pause
        self._filing = filing
        self._remembered: Marker | None = None
        """Where documents were filed by the last write; every write says whether they still are."""

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
        seen: Seen | None = None,
    ) -> None:
        """One transaction, where all that it takes was seen. Raises VersionConflict, RevisionMoved or BucketFull."""
        ref = DocumentRef(document.kind, document.id)
        if change is None:
            self._put_keys(ref, document)
            return
        writes, seen = TrustWrites(self._table, self._filed.places_of), seen or {}
        held = {each: seen[each] for each, version in rests_on if each in seen and _current(seen[each]) == version}

        def successor(current: Item | None, marker: Marker) -> _Operations:
            if version_of(current) != document.version - 1:
                raise VersionConflict(ref)
            added = writes.added(document, current)
            looks = [writes.current(one) for one in rests_on]
            record = self._record(PastVersion(ref, document.version, document.body, change), current, held)
            written = [*writes.put(document, filed_under, current, change, marker), record]
            return _Operations(written, added, looks)

        self._commit(ref, successor, revision, rests_on, seen.get(ref))

    def delete(
        self,
        ref: DocumentRef,
        version: int,
        change: Change,
        *,
        revision: int | None = None,
        seen: Seen | None = None,
    ) -> None:
        """Leaves the version behind, so that it never starts again; raises VersionConflict."""
        writes = TrustWrites(self._table, self._filed.places_of)

        def deletion(current: Item | None, marker: Marker) -> _Operations:
            if current is None or is_deleted(current) or version_of(current) != version:
                raise VersionConflict(ref)
            record = self._record(PastVersion(ref, version + 1, None, change), current, {})
            return _Operations([*writes.delete(ref, current, change, marker), record])

        self._commit(ref, deletion, revision, seen=(seen or {}).get(ref))

    @property
    def _filed(self) -> FilingRules:
        if self._filing is None:
            raise TypeError("every write of a document that people write has its history, and is filed")
        return self._filing

    def _commit(
        self,
        ref: DocumentRef,
        operations: Callable[[Item | None, Marker], _Operations],
        revision: int | None,
        rests_on: Collection[DocumentVersion] = (),
        seen: DocumentState | None = None,
    ) -> None:
        """Tried again where documents are filed in another layout than they were, by what is there then.

        The first write of all has no counter that its transaction could hold to a revision, so it reads that.
        """
        for attempt in range(ATTEMPTS):
            known = self._remembered if revision != 0 and not attempt else None
            marker = known or self._stands(revision, ref)
            made = operations(self._item(ref) if attempt else self._there(ref, seen), marker)
            since = revision
            if len(made.all) > MOST_OPERATIONS:
                since = self._stands(revision, ref).revision
                made = self._begin_in_parts(made, ref, rests_on)
            if self._written(ref, made, since):
                self._remembered = _A_LATER._replace(layout=marker.layout) if marker.layout else None
                return
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "documents are being filed")

    def _there(self, ref: DocumentRef, seen: DocumentState | None) -> Item | None:
        """The item as it was seen, or as it lies there now."""
        if seen is None or (seen.version and seen.kept is None):
            return self._item(ref)
        return cast("Item | None", seen.kept)

    def _stands(self, revision: int | None, ref: DocumentRef) -> Marker:
        """Where to file what comes: filed anew first, if an earlier release has written. Raises RevisionMoved."""
        marker = self._filed.marker(self._item(TRUST_REVISION))
        if revision not in (None, marker.revision):
            raise RevisionMoved(ref)
        return marker

    def _record(self, past: PastVersion, current: Item | None, held: Seen) -> Write:
        """Without a condition: that the version is the next one is the document's, in the same transaction.

        `held`: documents that the same transaction holds to these versions.
        """
        before = _body(past.ref, current)
        tenant = self._tenant(past.ref.kind, before if past.body is None else past.body, held)
        item = record_item(trust_record(past, action_of(before, past.body), tenant))
        return {"Put": {"TableName": self._filed.audit_table, "Item": item}}

    def _tenant(self, kind: Kind, body: JsonObject | None, held: Seen) -> str | None:
        """Whose the document is: a Mapping is its Issuer's. None: it is shared, or nothing says whose it is."""
        if kind is Kind.MAPPING and body is not None:
            issuer = DocumentRef(Kind.ISSUER, str(body.get("issuer")))
            known = held[issuer].document if issuer in held else None
            body = known.body if known else _body(issuer, self._item(issuer))
        tenant = (body or {}).get("tenant")
        return tenant if isinstance(tenant, str) else None

    def _item(self, ref: DocumentRef) -> Item | None:
        with translated(Reason.STORE_UNAVAILABLE):
            answer = self._dynamodb.get_item(TableName=self._table, Key=document_key(ref), ConsistentRead=True)
        return answer.get("Item")

    def _begin_in_parts(
        self, made: _Operations, ref: DocumentRef, rests_on: Collection[DocumentVersion]
    ) -> _Operations:
        """Index entries first, however many; the rest follows, if nothing at all was written meanwhile."""
        states = self.states([one.ref for one in rests_on])
        if any(_current(states[one.ref]) != one.version for one in rests_on):
            raise RevisionMoved(ref)
        for start in range(0, len(made.added), MOST_OPERATIONS):
            part = made.added[start : start + MOST_OPERATIONS]
            write_all(self._dynamodb, part, Reason.STORE_UNAVAILABLE, self._pause)
        return _Operations(made.writes)

    def _written(self, ref: DocumentRef, made: _Operations, revision: int | None) -> bool:
        """False: nothing was, because the layout or the revision is another one. `revision`: it must be that."""
        writes = made.all
        if revision is not None:
            writes[_REVISION] = at_revision(writes[_REVISION], revision)
        try:
            write_all(self._dynamodb, writes, Reason.STORE_UNAVAILABLE, self._pause, ATTEMPTS)
        except ConditionFailed as error:
            if error.positions == (_REVISION,):
                return False
            looked_at = {_REVISION, *range(len(writes) - len(made.looks), len(writes))}
            moved = looked_at.issuperset(error.positions) or (revision is not None and _REVISION in error.positions)
            raise (RevisionMoved(ref) if moved else VersionConflict(ref)) from error
        except ItemTooLarge as error:
            raise BucketFull(_full(ref)) from error
        return True

    def _put_keys(self, ref: DocumentRef, document: StoredDocument) -> None:
        if ref.kind is not Kind.KEY_SET:
            raise TypeError("every write of a document that people write has its history")
        write = versioned(self._table, ref, contents(document), document.version - 1)
        try:
            write_all(self._dynamodb, [write], Reason.STORE_UNAVAILABLE, self._pause, ATTEMPTS)
        except ConditionFailed as error:
            raise VersionConflict(ref) from error


def _full(ref: DocumentRef) -> str:
    if ref.kind is Kind.POLICY:
        return "Too many policies leave open what they are about; name the audience or environment in their heads."
    if ref.kind is Kind.MAPPING:
        return "Too many mappings pin the same claim to the same value; pin a more selective claim."
    return f"Too many documents have the same name as this {ref.kind}."


def _state(ref: DocumentRef, item: Item | None) -> DocumentState:
    if item is None or is_deleted(item):
        return DocumentState(version_of(item), kept=item)
    return DocumentState(version_of(item), stored_document(ref.kind, ref.id, item), item)


def _body(ref: DocumentRef, item: Item | None) -> JsonObject | None:
    """What there is of the document; empty where that is unreadable."""
    try:
        stored = _state(ref, item).document
    except CorruptDocument:
        return {}
    return None if stored is None else stored.body


def _current(state: DocumentState) -> int:
    return state.version if state.document else 0


def _name(key: Key) -> tuple[str, str]:
    return key["pk"]["S"], key["sk"]["S"]
