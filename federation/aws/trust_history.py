"""History: the records of a document's versions, in the audit table.

The transaction that writes a version writes its record. Versions are numbered without a gap, so the keys of the records
follow from the current version. No role may delete a record, and the archive tells of each that was written twice.
"""

import json
from collections.abc import Sequence

from federation.audit.trust_change import trust_record_id, unreadable_version, version_recorded
from federation.aws.audit_items import record_key
from federation.aws.errors import translated
from federation.aws.items import Item, Pause, full_jitter, get_items
from federation.aws.service import DynamoDb
from federation.aws.trust_items import document_key, version_of
from federation.model.history import PastVersion
from federation.model.trust import DocumentRef, Kind
from federation.oauth.reasons import Reason


class DynamoHistory:
    """Strongly consistent."""

    def __init__(self, dynamodb: DynamoDb, trust_table: str, audit_table: str, pause: Pause = full_jitter) -> None:
        self._dynamodb = dynamodb
        self._trust_table = trust_table
        self._audit_table = audit_table
        self._pause = pause

    def history(self, ref: DocumentRef, before: int | None, limit: int) -> tuple[PastVersion, ...]:
        """A GetItem for the current version, and a BatchGetItem for every hundred."""
        current = self._current(ref)
        newest = current if before is None else min(current, before - 1)
        numbers = range(newest, max(newest - limit, 0), -1)
        found = self._items(ref, numbers)
        return tuple(_version(ref, number, found.get(number)) for number in numbers)

    def _items(self, ref: DocumentRef, numbers: Sequence[int]) -> dict[int, Item]:
        wanted = {record_key(trust_record_id(ref, number))["pk"]["S"]: number for number in numbers}
        keys = [{"pk": {"S": pk}} for pk in wanted]
        items = get_items(self._dynamodb, self._audit_table, keys, {"ConsistentRead": True}, self._pause)
        return {wanted[item["pk"]["S"]]: item for item in items}

    def _current(self, ref: DocumentRef) -> int:
        """0: it has no versions that people wrote."""
        if ref.kind is Kind.KEY_SET:
            return 0
        with translated(Reason.STORE_UNAVAILABLE):
            key = document_key(ref)
            answer = self._dynamodb.get_item(TableName=self._trust_table, Key=key, ConsistentRead=True)
        return version_of(answer.get("Item"))


def _version(ref: DocumentRef, number: int, item: Item | None) -> PastVersion:
    """Raises CorruptDocument, for a version of which there is no record as well."""
    if item is None:
        raise unreadable_version(ref, number, "there is no record of it")
    try:
        entry = json.loads(item["entry"]["S"])
    except (KeyError, RecursionError, ValueError) as error:
        raise unreadable_version(ref, number, error) from error
    return version_recorded(ref, number, entry)
