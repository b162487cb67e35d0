"""The operations of one write of a document: itself, its history, where it is found, and the counters that it moves."""

import json
from collections.abc import Iterator

from msgspec import Struct

from federation.aws.items import Item, Key
from federation.aws.transactions import Write
from federation.aws.trust_items import (
    MEMBER,
    Filing,
    admin_partition,
    change_attribute,
    document_key,
    filing_of,
    history_key,
    lives_text,
    naming_partition,
    pending_partition,
    since_of,
    version_of,
)
from federation.model.admin import admin_scopes
from federation.model.confirmation import is_enabled_and_pending, takes_part
from federation.model.documents import StoredDocument
from federation.model.history import TRUST_REVISION, Change
from federation.model.policy import IN_POLICY_SET, POLICY_SET
from federation.model.trust import DocumentRef, DocumentVersion, Kind, Selector

_NOT_THERE = "attribute_not_exists(pk) OR attribute_exists(deleted)"

MOST_REMOVED = 40
"""Index entries that one write removes: the others go with the next one. An entry too many misleads nobody."""


class TrustWrites(Struct, frozen=True):
    """Makes them. The document comes first and the revision, where it moves, second."""

    table: str

    def put(
        self, document: StoredDocument, selector: Selector | None, before: Item | None, change: Change | None
    ) -> Iterator[Write]:
        """`before`: what lies there now."""
        ref, filing = DocumentRef(document.kind, document.id), _filing(document, selector)
        indexes = _Indexes.of(before, document)
        item = _content(document) | _named(document) | _found(document, filing, since_of(before) or document.version)
        item |= indexes.attribute
        yield self._versioned(ref, item | _changed(change), document.version - 1)
        if change is not None:
            yield self._counted(TRUST_REVISION)
            yield self._kept(ref, document.version, _content(document) | change_attribute(change))
        yield from self._refiled(document, filing, filing_of(before))
        yield from self.removed(ref.id, indexes)
        yield from self._policies_moved(ref.kind)

    def delete(self, ref: DocumentRef, before: Item, change: Change) -> Iterator[Write]:
        """The version stays behind."""
        version, indexes = version_of(before) + 1, _Indexes.of(before, None)
        tombstone = {"version": {"N": str(version)}, "deleted": {"BOOL": True}} | change_attribute(change)
        yield self._versioned(ref, {**tombstone, "enabled": {"BOOL": False}} | indexes.attribute, version - 1)
        yield self._counted(TRUST_REVISION)
        yield self._kept(ref, version, tombstone)
        if filing := filing_of(before):
            yield self._removed(ref.id, filing)
        yield from self.removed(ref.id, indexes)
        yield from self._policies_moved(ref.kind)

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

    def at_revision(self, write: Write, revision: int) -> Write:
        """The counting of the revision, if it is still this one."""
        values = {**write["Update"]["ExpressionAttributeValues"], ":revision": {"N": str(revision)}}
        condition = "version = :revision" if revision else "attribute_not_exists(pk)"
        if not revision:
            del values[":revision"]
        return {"Update": {**write["Update"], "ExpressionAttributeValues": values, "ConditionExpression": condition}}

    def _at(self, key: Key) -> Write:
        return {"TableName": self.table, "Key": key}

    def _versioned(self, ref: DocumentRef, item: Item, predecessor: int) -> Write:
        write = {"TableName": self.table, "Item": document_key(ref) | item}
        if not predecessor:
            return {"Put": write | {"ConditionExpression": "attribute_not_exists(pk)"}}
        values = {":predecessor": {"N": str(predecessor)}}
        condition = {"ConditionExpression": "version = :predecessor", "ExpressionAttributeValues": values}
        return {"Put": write | condition}

    def _kept(self, ref: DocumentRef, version: int, item: Item) -> Write:
        """What was said once is never overwritten."""
        write = {"TableName": self.table, "Item": history_key(ref, version) | item}
        return {"Put": write | {"ConditionExpression": "attribute_not_exists(pk)"}}

    def _counted(self, counter: DocumentRef) -> Write:
        update = {"UpdateExpression": "ADD version :one", "ExpressionAttributeValues": {":one": {"N": "1"}}}
        return {"Update": self._at(document_key(counter)) | update}

    def _policies_moved(self, kind: Kind) -> Iterator[Write]:
        """Every write of a policy or zone is a new version of the whole set."""
        if kind in IN_POLICY_SET:
            yield self._counted(POLICY_SET)

    def _refiled(self, document: StoredDocument, new: Filing | None, old: Filing | None) -> Iterator[Write]:
        if old not in (None, new):
            yield self._removed(document.id, old)
        if new is not None:
            yield self._filed(document, new)

    def _filed(self, document: StoredDocument, filing: Filing) -> Write:
        key = filing.key(document.id)
        if filing.selector is None:
            return {"Put": {"TableName": self.table, "Item": key | _content(document) | _named(document)}}
        named = {"lives": lives_text(document.lives)} if document.lives else {}
        copy = json.dumps({"version": document.version, "body": document.body, **named})
        update = {
            "UpdateExpression": "SET #member = :copy",
            "ExpressionAttributeNames": {"#member": MEMBER + document.id},
            "ExpressionAttributeValues": {":copy": {"S": copy}},
        }
        return {"Update": self._at(key) | update}

    def _removed(self, mapping: str, filing: Filing) -> Write:
        where = self._at(filing.key(mapping))
        if filing.selector is None:
            return {"Delete": where}
        update = {"UpdateExpression": "REMOVE #member", "ExpressionAttributeNames": {"#member": MEMBER + mapping}}
        return {"Update": where | update}


def _filing(document: StoredDocument, selector: Selector | None) -> Filing | None:
    if document.kind is not Kind.MAPPING or not takes_part(document.body):
        return None
    return Filing(str(document.body["issuer"]), selector)


def _content(document: StoredDocument) -> Item:
    return {"version": {"N": str(document.version)}, "body": {"S": json.dumps(document.body)}}


def _found(document: StoredDocument, filing: Filing | None, since: int) -> Item:
    """What is kept beside the content, so that the next write knows where the document is found."""
    item: Item = {"enabled": {"BOOL": takes_part(document.body)}, "since": {"N": str(since)}}
    if filing is not None:
        item["filed_under"] = {"S": filing.text}
    return item


def _changed(change: Change | None) -> Item:
    return change_attribute(change) if change else {}


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
