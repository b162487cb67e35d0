"""TrustWriter on the trust table: the document and the copy under which it is found, in one transaction."""

import json
from typing import TYPE_CHECKING

from federation.aws.backoff import Pause, full_jitter
from federation.aws.errors import translated
from federation.aws.items import Item
from federation.aws.transactions import ConditionFailed, ItemTooLarge, Write, write_all
from federation.aws.trust_items import (
    MEMBER,
    Filing,
    document_key,
    filing_of,
    is_deleted,
    since_of,
    stored_document,
    version_of,
)
from federation.model.confirmation import takes_part
from federation.model.documents import StoredDocument
from federation.model.policy import POLICY_SET
from federation.model.trust import DocumentRef, Kind, Selector
from federation.oauth.reasons import Reason
from federation.ports import BucketFull, VersionConflict

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoTrustWriter:
    """Every write is conditional on the version before it, so no edit is lost."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, pause: Pause = full_jitter) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._pause = pause

    def next_version(self, ref: DocumentRef) -> int:
        """One more than the last, of a deleted document too."""
        return version_of(self._item(ref)) + 1

    def get(self, ref: DocumentRef) -> StoredDocument | None:
        """A strongly consistent GetItem; raises CorruptDocument."""
        item = self._item(ref)
        return None if item is None or is_deleted(item) else stored_document(ref.kind, ref.id, item)

    def put(self, document: StoredDocument, filed_under: Selector | None) -> None:
        """Raises VersionConflict or BucketFull."""
        ref = DocumentRef(document.kind, document.id)
        current = self._item(ref)
        if version_of(current) != document.version - 1:
            raise VersionConflict(ref)
        old, new = filing_of(current), _filing(document, filed_under)
        removal = [] if old in (None, new) else [self._removed(ref.id, old)]
        addition = [] if new is None else [self._filed(document, new)]
        began = since_of(current) or document.version
        self._write([self._document(document, new, began), *removal, *addition, *self._counted(ref.kind)], ref)

    def delete(self, ref: DocumentRef, version: int) -> None:
        """Leaves the version behind, so that it never starts again; raises VersionConflict."""
        current = self._item(ref)
        if current is None or is_deleted(current) or version_of(current) != version:
            raise VersionConflict(ref)
        tombstone = {"version": {"N": str(version + 1)}, "enabled": {"BOOL": False}, "deleted": {"BOOL": True}}
        filing = filing_of(current)
        removal = [] if filing is None else [self._removed(ref.id, filing)]
        self._write([self._versioned(ref, tombstone, version), *removal, *self._counted(ref.kind)], ref)

    def _item(self, ref: DocumentRef) -> Item | None:
        with translated(Reason.STORE_UNAVAILABLE):
            answer = self._dynamodb.get_item(TableName=self._table, Key=document_key(ref), ConsistentRead=True)
        return answer.get("Item")

    def _document(self, document: StoredDocument, filing: Filing | None, since: int) -> Write:
        item = _content(document) | {"enabled": {"BOOL": takes_part(document.body)}}
        item["since"] = {"N": str(since)}
        if filing is not None:
            item["filed_under"] = {"S": filing.text}
        return self._versioned(DocumentRef(document.kind, document.id), item, document.version - 1)

    def _versioned(self, ref: DocumentRef, item: Item, predecessor: int) -> Write:
        write = {"TableName": self._table, "Item": document_key(ref) | item}
        if not predecessor:
            return {"Put": write | {"ConditionExpression": "attribute_not_exists(pk)"}}
        values = {":predecessor": {"N": str(predecessor)}}
        condition = {"ConditionExpression": "version = :predecessor", "ExpressionAttributeValues": values}
        return {"Put": write | condition}

    def _filed(self, document: StoredDocument, filing: Filing) -> Write:
        key = filing.key(document.id)
        if filing.selector is None:
            return {"Put": {"TableName": self._table, "Item": key | _content(document)}}
        update = {
            "UpdateExpression": "SET #member = :copy",
            "ExpressionAttributeNames": {"#member": MEMBER + document.id},
            "ExpressionAttributeValues": {":copy": {"S": _copy(document)}},
        }
        return {"Update": {"TableName": self._table, "Key": key} | update}

    def _counted(self, kind: Kind) -> list[Write]:
        """Every write of a policy or zone is a new version of the whole set, in the same transaction."""
        if kind not in (Kind.POLICY, Kind.ZONE):
            return []
        update = {
            "UpdateExpression": "ADD version :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
        return [{"Update": {"TableName": self._table, "Key": document_key(POLICY_SET)} | update}]

    def _removed(self, mapping: str, filing: Filing) -> Write:
        where = {"TableName": self._table, "Key": filing.key(mapping)}
        if filing.selector is None:
            return {"Delete": where}
        update = {"UpdateExpression": "REMOVE #member", "ExpressionAttributeNames": {"#member": MEMBER + mapping}}
        return {"Update": where | update}

    def _write(self, writes: list[Write], ref: DocumentRef) -> None:
        try:
            write_all(self._dynamodb, writes, Reason.STORE_UNAVAILABLE, self._pause)
        except ConditionFailed as error:
            raise VersionConflict(ref) from error
        except ItemTooLarge as error:
            raise BucketFull(
                "Too many mappings pin the same claim to the same value; pin a more selective claim."
            ) from error


def _filing(document: StoredDocument, selector: Selector | None) -> Filing | None:
    if document.kind is not Kind.MAPPING or not takes_part(document.body):
        return None
    return Filing(str(document.body["issuer"]), selector)


def _content(document: StoredDocument) -> Item:
    return {"version": {"N": str(document.version)}, "body": {"S": json.dumps(document.body)}}


def _copy(document: StoredDocument) -> str:
    return json.dumps({"version": document.version, "body": document.body})
