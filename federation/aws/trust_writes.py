"""The operations of one write of a document: itself, where it is found, and the counters that it moves."""

import json
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from msgspec import Struct

from federation.aws.items import Item, Key, Write
from federation.aws.trust_items import (
    MEMBER,
    Filing,
    admin_partition,
    change_attribute,
    document_key,
    filed_key,
    filing_of,
    is_deleted,
    lives_text,
    naming_partition,
    owned_partition,
    pending_partition,
    since_of,
    stored_document,
    version_of,
)
from federation.model.confirmation import admin_scopes, is_enabled_and_pending, takes_part
from federation.model.documents import CorruptDocument, StoredDocument
from federation.model.history import TRUST_REVISION, Change
from federation.model.names import holders_of, mappings_of
from federation.model.policy import POLICY_SET, policy_set_of
from federation.model.trust import DocumentRef, DocumentVersion, Kind, Selector

_NOT_THERE = "attribute_not_exists(pk) OR attribute_exists(deleted)"

MOST_REMOVED = 40
"""Index entries that one write removes: the others go with the next one. An entry too many does no harm."""


OWNED = frozenset({Kind.POLICY, Kind.ISSUER, Kind.CLIENT})
"""Kinds of which is known which a tenant has."""

Place: TypeAlias = tuple[str, ...]

NAMED_BY = {"issuer": 2, "resource": 1}
"""Kind of place -> where in it stands the value by which documents are looked for."""

_NEXT = {
    "UpdateExpression": "SET version = version + :one, filed = version + :one",
    "ConditionExpression": "filed = version AND layout = :layout",
}
_UNFILED = {"UpdateExpression": "SET version = version + :one", "ConditionExpression": "version = :seen"}
_FIRST = {
    "UpdateExpression": "SET version = :one, filed = :one, layout = :layout",
    "ConditionExpression": "attribute_not_exists(pk)",
}
_NONE = StoredDocument(Kind.ZONE, "", 0, {})


class Places(NamedTuple):
    """Where one document lies beside its own item."""

    members: dict[Place, str]
    """Place -> what is kept there of it."""
    counted: frozenset[Place] = frozenset()
    """Where it is only counted."""


PlacesOf: TypeAlias = Callable[[StoredDocument | None], Places]


class Marker(NamedTuple):
    """How many writes there were, and where what they wrote is filed."""

    revision: int
    layout: str | None
    """None: not everything is filed."""


class FilingRules(NamedTuple):
    """How documents are filed."""

    places_of: PlacesOf
    marker: Callable[[Item | None], Marker]
    """What stands, by the item that counts all writes; files first what lies nowhere yet."""
    audit_table: str
    """Where each write is recorded."""


def versioned(table: str, ref: DocumentRef, item: Item, predecessor: int) -> Write:
    """The document, if it is the successor of that version."""
    write = {"TableName": table, "Item": document_key(ref) | item}
    if not predecessor:
        return {"Put": write | {"ConditionExpression": "attribute_not_exists(pk)"}}
    values = {":predecessor": {"N": str(predecessor)}}
    condition = {"ConditionExpression": "version = :predecessor", "ExpressionAttributeValues": values}
    return {"Put": write | condition}


def at_revision(write: Write, revision: int) -> Write:
    """The counting of the revision, if it is still this one."""
    if not revision:
        return write  # of the first write of all, which is written only if there was none
    values = {**write["Update"]["ExpressionAttributeValues"], ":revision": {"N": str(revision)}}
    condition = " AND ".join(filter(None, (write["Update"].get("ConditionExpression"), "version = :revision")))
    return {"Update": {**write["Update"], "ExpressionAttributeValues": values, "ConditionExpression": condition}}


def contents(document: StoredDocument) -> Item:
    """What a document says, as it is kept."""
    return {"version": {"N": str(document.version)}, "body": {"S": json.dumps(document.body)}}


class TrustWrites(Struct, frozen=True):
    """Makes them. The document comes first and the revision second."""

    table: str
    places_of: PlacesOf

    def put(
        self, document: StoredDocument, selector: Selector | None, before: Item | None, change: Change, marker: Marker
    ) -> Iterator[Write]:
        """`before`: what lies there now."""
        ref, filing = DocumentRef(document.kind, document.id), _filing(document, selector)
        indexes = _Indexes.of(before, document)
        stored, marker = _stored(ref, before, marker)
        item = contents(document) | _named(document) | _found(document, filing, since_of(before) or document.version)
        item |= indexes.attribute
        yield versioned(self.table, ref, item | change_attribute(change), document.version - 1)
        yield self._revised(marker)
        yield from self._refiled(document, filing, filing_of(before))
        yield from self.removed(ref.id, indexes)
        yield from self._moved(stored, document)
        yield from self._placed(marker, stored, document)

    def delete(self, ref: DocumentRef, before: Item, change: Change, marker: Marker) -> Iterator[Write]:
        """The version stays behind."""
        version, indexes = version_of(before) + 1, _Indexes.of(before, None)
        tombstone = {"version": {"N": str(version)}, "deleted": {"BOOL": True}} | change_attribute(change)
        stored, marker = _stored(ref, before, marker)
        yield versioned(self.table, ref, {**tombstone, "enabled": {"BOOL": False}} | indexes.attribute, version - 1)
        yield self._revised(marker)
        if filing := filing_of(before):
            yield self._removed(ref.id, filing)
        yield from self.removed(ref.id, indexes)
        yield from self._moved(stored, None)
        yield from self._placed(marker, stored, None)

    def added(self, document: StoredDocument, before: Item | None) -> list[Write]:
        """Index entries: they may be there before the document is, but not after it."""
        added = _Indexes.of(before, document).added
        return [{"Put": {"TableName": self.table, "Item": _index_key(one, document.id)}} for one in added]

    def removed(self, id_: str, indexes: "_Indexes") -> Iterator[Write]:
        """Entries go in one step with what they led to."""
        for partition in indexes.removed:
            yield {"Delete": self._at(_index_key(partition, id_))}

    def current(self, document: DocumentVersion) -> Write:
        """The condition that it is the current version; 0: that it is not there."""
        check = self._at(document_key(document.ref))
        if not document.version:
            return {"ConditionCheck": check | {"ConditionExpression": _NOT_THERE}}
        values = {":version": {"N": str(document.version)}}
        condition = "version = :version AND attribute_not_exists(deleted)"
        return {"ConditionCheck": check | {"ConditionExpression": condition, "ExpressionAttributeValues": values}}

    def _revised(self, marker: Marker) -> Write:
        """Counts, and keeps in step what says that everything lies where it is found."""
        if marker.layout is None:
            values, update = {":seen": {"N": str(marker.revision)}}, _UNFILED
        else:
            values, update = {":layout": {"S": marker.layout}}, _NEXT if marker.revision else _FIRST
        expression = {"ExpressionAttributeValues": {":one": {"N": "1"}, **values}, **update}
        return {"Update": self._at(document_key(TRUST_REVISION)) | expression}

    def _at(self, key: Key) -> Write:
        return {"TableName": self.table, "Key": key}

    def _counted(self, counter: DocumentRef) -> Write:
        update = {"UpdateExpression": "ADD version :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
        return {"Update": self._at(document_key(counter)) | update}

    def _moved(self, before: StoredDocument | None, after: StoredDocument | None) -> Iterator[Write]:
        """Every write of a policy, zone or mapping is a new version of what it belongs to; so is another name."""
        counts = {count for one in (before, after) if one is not None for count in _counts(one)}
        moved = self._named_by(before) ^ self._named_by(after)
        counts |= {holders_of(place[NAMED_BY[place[0]]]) for place in moved}
        yield from (self._counted(count) for count in sorted(counts))

    def _named_by(self, document: StoredDocument | None) -> set[tuple[str, ...]]:
        """Each name under which an issuer or an audience is looked for."""
        named = self.places_of(document).members
        return {place for place in named if place[0] in NAMED_BY}

    def _placed(self, marker: Marker, before: StoredDocument | None, after: StoredDocument | None) -> Iterator[Write]:
        """Nothing where not everything is filed: then every document is read instead."""
        if marker.layout is None:
            return
        id_, old, new = (after or before or _NONE).id, self.places_of(before), self.places_of(after)
        for place in sorted(old.members.keys() - new.members.keys()):
            yield self._member(filed_key(marker.layout, place), id_, None)
        for place, text in sorted(new.members.items()):
            if old.members.get(place) != text:
                yield self._member(filed_key(marker.layout, place), id_, text)
        for place in sorted(old.counted ^ new.counted):
            yield self._added(filed_key(marker.layout, place), 1 if place in new.counted else -1)

    def _added(self, key: Key, number: int) -> Write:
        values = {":number": {"N": str(number)}}
        return {
            "Update": self._at(key) | {"UpdateExpression": "ADD members :number", "ExpressionAttributeValues": values}
        }

    def _refiled(self, document: StoredDocument, new: Filing | None, old: Filing | None) -> Iterator[Write]:
        if old not in (None, new):
            yield self._removed(document.id, old)
        if new is not None:
            yield self._filed(document, new)

    def _filed(self, document: StoredDocument, filing: Filing) -> Write:
        key = filing.key(document.id)
        if filing.selector is None:
            return {"Put": {"TableName": self.table, "Item": key | contents(document) | _named(document)}}
        named = {"lives": lives_text(document.lives)} if document.lives else {}
        copy = json.dumps({"version": document.version, "body": document.body, **named})
        return self._member(key, document.id, copy)

    def _member(self, key: Key, id_: str, text: str | None) -> Write:
        """The document's copy in an item of several; None: no more."""
        names = {"#member": MEMBER + id_}
        if text is None:
            update: Item = {"UpdateExpression": "REMOVE #member", "ExpressionAttributeNames": names}
        else:
            values = {":copy": {"S": text}}
            update = {"UpdateExpression": "SET #member = :copy", "ExpressionAttributeValues": values}
        return {"Update": self._at(key) | {"ExpressionAttributeNames": names} | update}

    def _removed(self, mapping: str, filing: Filing) -> Write:
        if filing.selector is None:
            return {"Delete": self._at(filing.key(mapping))}
        return self._member(filing.key(mapping), mapping, None)


def _filing(document: StoredDocument, selector: Selector | None) -> Filing | None:
    if document.kind is not Kind.MAPPING or not takes_part(document.body):
        return None
    return Filing(str(document.body["issuer"]), selector)


def _found(document: StoredDocument, filing: Filing | None, since: int) -> Item:
    """What is kept beside the content, so that the next write knows where the document is found."""
    item: Item = {"enabled": {"BOOL": takes_part(document.body)}, "since": {"N": str(since)}}
    if filing is not None:
        item["filed_under"] = {"S": filing.text}
    return item


def _counts(document: StoredDocument) -> Iterator[DocumentRef]:
    tenant, issuer = document.body.get("tenant"), document.body.get("issuer")
    if document.kind is Kind.POLICY:
        yield policy_set_of(tenant if isinstance(tenant, str) else None)
    if document.kind is Kind.ZONE:
        yield POLICY_SET
    if document.kind is Kind.MAPPING:
        yield mappings_of(str(issuer))


def _stored(ref: DocumentRef, item: Item | None, marker: Marker) -> tuple[StoredDocument | None, Marker]:
    """What lies there. Where that cannot be read, it may be filed anywhere: all is filed anew next time."""
    if item is None or is_deleted(item):
        return None, marker
    try:
        return stored_document(ref.kind, ref.id, item), marker
    except CorruptDocument:
        return None, marker._replace(layout=None)


def _named(document: StoredDocument) -> Item:
    return {"lives": {"S": lives_text(document.lives)}} if document.lives else {}


class _Indexes(Struct, frozen=True):
    """Partitions in which a document has an entry."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    kept: tuple[str, ...]

    @classmethod
    def of(cls, before: Item | None, document: StoredDocument | None) -> "_Indexes":
        """What becomes of them with a write. None: it was never written, or goes."""
        old, new = set(_indexes(before)), set(_indexes_of(document)) if document else set[str]()
        stale = sorted(old - new)
        removed = tuple(stale[:MOST_REMOVED])
        return cls(tuple(sorted(new - old)), removed, tuple(sorted((old | new) - set(removed))))

    @property
    def attribute(self) -> Item:
        """As they are kept with the document."""
        return {"indexes": {"S": json.dumps(self.kept)}} if self.kept else {}


def _indexes_of(document: StoredDocument) -> Iterator[str]:
    yield from (naming_partition(ref, document.kind) for ref in document.lives)
    if document.kind in OWNED:
        tenant = document.body.get("tenant")
        yield owned_partition(document.kind, tenant if isinstance(tenant, str) else None)
    if document.kind is Kind.MAPPING:
        yield naming_partition(DocumentRef(Kind.ISSUER, str(document.body["issuer"])), Kind.MAPPING)
        if takes_part(document.body) and admin_scopes(document.body):
            yield admin_partition()
        if is_enabled_and_pending(document.body):
            yield pending_partition()


def _indexes(before: Item | None) -> list[str]:
    if before is None or "indexes" not in before:
        return []
    partitions: list[str] = json.loads(before["indexes"]["S"])
    return partitions


def _index_key(partition: str, mapping: str) -> Key:
    return {"pk": {"S": partition}, "sk": {"S": mapping}}
