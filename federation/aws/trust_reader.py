"""IssuersByName, AudiencesByName, MappingIndex, MappingsById and ClientsById on the trust table, and all issuers.

Reads are strongly consistent: a decision that is repeated because trust has changed must not rest on the old documents
again. A corrupt document is reported and left out: it is never used, and never takes the others down.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import TypeVar

from federation.aws.filed import DynamoFiled
from federation.aws.items import Item, Pause, full_jitter, get_items, query_partition
from federation.aws.places import iss_place, issuer_place, resource_place
from federation.aws.service import DynamoDb
from federation.aws.trust_items import (
    MEMBER,
    bucket_key,
    bucket_member,
    document_key,
    document_partition,
    is_deleted,
    members_of,
    number_in,
    patterns_partition,
    shards,
    stored_document,
)
from federation.model.documents import (
    CorruptDocument,
    StoredDocument,
    decode_audience,
    decode_client,
    decode_issuer,
    decode_mapping,
)
from federation.model.names import IssuerName, NamedIds, holders_of
from federation.model.trust import Audience, Client, DocumentRef, Issuer, Kind, Mapping, Selector
from federation.verification.issuer_names import KnownIssuers

_T = TypeVar("_T")


class DynamoTrustReader:
    """`on_corrupt` is told of every document that is left out."""

    def __init__(
        self,
        dynamodb: DynamoDb,
        table: str,
        on_corrupt: Callable[[CorruptDocument], None],
        pause: Pause = full_jitter,
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._on_corrupt = on_corrupt
        self._pause = pause
        self._filed = DynamoFiled(dynamodb, table, pause)
        self._issuers: tuple[Issuer, ...] = ()

    def issuers(self) -> tuple[Issuer, ...]:
        """One Query; the same tuple object until something changed."""
        loaded = self._all(Kind.ISSUER, decode_issuer)
        self._issuers = self._issuers if loaded == self._issuers else loaded
        return self._issuers

    def issuer(self, id_: str) -> Issuer | None:
        """One BatchGetItem of one item."""
        return self._one(DocumentRef(Kind.ISSUER, id_), decode_issuer)

    def issuer_ids(self, names: Sequence[IssuerName]) -> NamedIds:
        """One BatchGetItem; a Query of all issuers where an earlier release has written."""
        iss = {name.value for name in names if name.how in ("token", "claim")}
        counted = [[iss_place(how, one) for one in iss] for how in ("token", "claim")]
        holders = sorted({holders_of(name.value) for name in names})
        found = self._filed.counted([*map(issuer_place, names), *chain.from_iterable(counted)], holders)
        if found is None:
            return KnownIssuers(self.issuers()).issuer_ids(names)
        ids = {id_ for item in found.items.values() for id_ in members_of(item)}
        of_iss, speaking = (sum(number_in(found.items.get(place)) for place in places) for places in counted)
        return NamedIds(tuple(sorted(ids)), of_iss, speaking, found.counts, found.before)

    def audience(self, id_: str) -> Audience | None:
        """One BatchGetItem of one item."""
        return self._one(DocumentRef(Kind.AUDIENCE, id_), decode_audience)

    def audience_ids(self, resource: str) -> NamedIds:
        """One BatchGetItem; a Query of all audiences where an earlier release has written."""
        place = resource_place(resource)
        found = self._filed.counted([place], [holders_of(resource)])
        if found is None:
            every = self._all(Kind.AUDIENCE, decode_audience)
            return NamedIds(tuple(sorted(one.id for one in every if one.resource == resource)))
        ids = members_of(found.items.get(place))
        return NamedIds(tuple(sorted(ids)), counts=found.counts, before=found.before)

    def clients(self) -> tuple[Client, ...]:
        """A Query for each shard. Not for the token path: there may be thousands, and it asks for one."""
        return self._all(Kind.CLIENT, decode_client)

    def exact(self, issuer: str, selectors: Sequence[Selector]) -> tuple[Mapping, ...]:
        """One BatchGetItem, however many selectors and mappings; sorted by id."""
        keys = [bucket_key(issuer, selector) for selector in dict.fromkeys(selectors)]
        if not keys:
            return ()
        buckets = get_items(self._dynamodb, self._table, keys, {"ConsistentRead": True}, self._pause)
        found = self._usable(lambda member: decode_mapping(bucket_member(*member)), _members(buckets))
        return _filed(found, issuer)

    def patterns(self, issuer: str) -> tuple[Mapping, ...]:
        """One Query, of as many pages as it takes; sorted by id."""
        items = self._query(patterns_partition(issuer))
        found = self._usable(lambda item: decode_mapping(stored_document(Kind.MAPPING, item["sk"]["S"], item)), items)
        return _filed(found, issuer)

    def mapping(self, id_: str) -> Mapping | None:
        """One BatchGetItem of one item: the document itself, not its copy in the index."""
        return self._one(DocumentRef(Kind.MAPPING, id_), decode_mapping)

    def client(self, id_: str) -> Client | None:
        """One BatchGetItem of one item."""
        return self._one(DocumentRef(Kind.CLIENT, id_), decode_client)

    def _one(self, ref: DocumentRef, decode: Callable[[StoredDocument], _T]) -> _T | None:
        keys = [document_key(ref)]
        items = get_items(self._dynamodb, self._table, keys, {"ConsistentRead": True}, self._pause)
        stored = (item for item in items if not is_deleted(item))
        found = self._usable(lambda item: decode(stored_document(ref.kind, ref.id, item)), stored)
        return found[0] if found else None

    def _all(self, kind: Kind, decode: Callable[[StoredDocument], _T]) -> tuple[_T, ...]:
        items = chain.from_iterable(self._query(document_partition(kind, shard)) for shard in shards(kind))
        stored = (item for item in items if not is_deleted(item))
        return self._usable(lambda item: decode(stored_document(kind, item["sk"]["S"], item)), stored)

    def _query(self, partition: str) -> list[Item]:
        return query_partition(self._dynamodb, self._table, partition)

    def _usable(self, decode: Callable[..., _T], stored: Iterable[object]) -> tuple[_T, ...]:
        usable: list[_T] = []
        for one in stored:
            try:
                usable.append(decode(one))
            except CorruptDocument as error:
                self._on_corrupt(error)
        return tuple(usable)


def _members(buckets: Iterable[Item]) -> Iterator[tuple[str, str]]:
    """(mapping id, text) of every mapping in the buckets."""
    for bucket in buckets:
        for name, value in bucket.items():
            if name.startswith(MEMBER):
                yield name.removeprefix(MEMBER), value["S"]


def _filed(mappings: tuple[Mapping, ...], issuer: str) -> tuple[Mapping, ...]:
    """A copy under another issuer, or of a disabled mapping, would be a fault of the writer: fail closed."""
    return tuple(sorted((one for one in mappings if one.enabled and one.issuer == issuer), key=lambda one: one.id))
