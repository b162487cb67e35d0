"""PolicyDirectory on the trust table, and AllPolicies."""

from collections.abc import Callable, Collection
from typing import TypeVar

from federation.aws.errors import translated
from federation.aws.filed import DynamoFiled
from federation.aws.items import Key, Pause, full_jitter, get_items, query_partition
from federation.aws.places import rules_in, shelf_place
from federation.aws.service import DynamoDb
from federation.aws.trust_items import (
    document_key,
    document_partition,
    is_deleted,
    members_of,
    stored_document,
    version_of,
)
from federation.model.documents import CorruptDocument, StoredDocument, decode_policy, decode_zone
from federation.model.policy import POLICY_SET, FiledRules, PolicyDocuments, Shelf, Zone, policy_set_of
from federation.model.trust import DocumentVersion, Kind
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.policy.cedar.filing import KnownPolicies

_T = TypeVar("_T")


class DynamoPolicyReader:
    """Strongly consistent. One that cannot be read stops everything: it might be the one that forbids."""

    def __init__(self, dynamodb: DynamoDb, table: str, pause: Pause = full_jitter) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._pause = pause
        self._filed = DynamoFiled(dynamodb, table, pause)
        self._last = PolicyDocuments(0)

    def policies(self) -> PolicyDocuments:
        """A GetItem and two Queries; the same object until something changed."""
        # The version first: a write in between leaves us with too old a version, which the commit then notices.
        version = self._version()
        loaded = PolicyDocuments(version, self._all(Kind.POLICY, decode_policy), self._all(Kind.ZONE, decode_zone))
        self._last = self._last if loaded == self._last else loaded
        return self._last

    def shelves(self, wanted: Collection[Shelf]) -> dict[Shelf, FiledRules]:
        """One BatchGetItem; two Queries where an earlier release has written."""
        places = {shelf: shelf_place(shelf) for shelf in wanted}
        items = self._filed.items(list(places.values()))
        if items is None:
            return KnownPolicies(self.policies()).shelves(wanted)
        return {shelf: rules_in(members_of(items.get(place))) for shelf, place in places.items()}

    def zones(self) -> tuple[Zone, ...]:
        """A Query."""
        return self._all(Kind.ZONE, decode_zone)

    def policy_sets(self, tenant: str | None) -> tuple[DocumentVersion, ...]:
        """A BatchGetItem."""
        sets = {_name(document_key(ref)): ref for ref in dict.fromkeys((POLICY_SET, policy_set_of(tenant)))}
        keys = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in sets]
        items = get_items(self._dynamodb, self._table, keys, {"ConsistentRead": True}, self._pause)
        found = {_name(item): version_of(item) for item in items}
        return tuple(DocumentVersion(ref, found.get(name, 0)) for name, ref in sets.items())

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


def _name(key: Key) -> tuple[str, str]:
    return key["pk"]["S"], key["sk"]["S"]
