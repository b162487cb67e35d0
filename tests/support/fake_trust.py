"""The trust table in memory: every port on it, from IssuerDirectory to KeySets."""

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import TypeVar

from msgspec.structs import replace

from federation.aws.places import places_of
from federation.aws.trust_writes import NAMED_BY
from federation.documents.registry import references
from federation.model.confirmation import admin_scopes, is_enabled_and_pending, takes_part
from federation.model.documents import (
    CorruptDocument,
    StoredDocument,
    decode_audience,
    decode_client,
    decode_issuer,
    decode_mapping,
    decode_policy,
    decode_zone,
)
from federation.model.history import TRUST_REVISION, Change, PastVersion
from federation.model.json import JsonObject
from federation.model.keys import KeySet
from federation.model.names import IssuerName, NamedIds, NamedIssuers, holders_of, mappings_of
from federation.model.policy import POLICY_SET, FiledRules, PolicyDocuments, Shelf, Zone, policy_set_of
from federation.model.trust import Audience, Client, DocumentRef, DocumentVersion, Issuer, Kind, Mapping, Selector
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.policy.cedar.filing import KnownPolicies
from federation.ports import BucketFull, DocumentState, RevisionMoved, Seen, VersionConflict
from federation.verification.issuer_names import KnownIssuers

BUCKET_BYTES = 400 * 1024
SIGNING_KEYS = DocumentRef(Kind.KEY_SET, "signing")
SOMEBODY = Change("admin/somebody", "2027-01-08T08:00:00+00:00")
"""A week before the tests' now."""

_COUNTS = frozenset({Kind.POLICY_SET, Kind.TRUST_REVISION})

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Filing:
    """Where an enabled mapping is found."""

    issuer: str
    selector: Selector | None


class FakeTrust:
    """Keeps documents as they would lie in the table; counts `reads`; what it skipped is in `corrupt`."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._documents: dict[DocumentRef, StoredDocument] = {}
        self._versions: dict[DocumentRef, int] = {}
        self._filed: dict[str, Filing] = {}
        self._issuers: tuple[Issuer, ...] = ()
        self._keys: KeySet | None = None
        self._policies = PolicyDocuments(0)
        self._history: dict[DocumentRef, list[PastVersion]] = {}
        self.corrupt: list[CorruptDocument] = []
        self.reads = 0
        self._zones: tuple[Zone, ...] = ()

    def add(self, kind: Kind, id_: str, body: JsonObject, filed_under: Selector | None = None) -> StoredDocument:
        """Write the next version of a document, whatever the version is; what it names is what there is by now."""
        named = {one.ref for one in references(kind, body)}
        lives = {ref: self._documents[ref].since if ref in self._documents else 0 for ref in named}
        document = StoredDocument(kind, id_, self.next_version(DocumentRef(kind, id_)), body, lives=lives)
        self.put(document, filed_under)
        return document

    # IssuerDirectory, AudienceDirectory, IssuersByName, AudiencesByName

    def issuer(self, id_: str) -> Issuer | None:
        return next(iter(self._decoded(self._named(Kind.ISSUER, id_), decode_issuer)), None)

    def issuer_ids(self, names: Sequence[IssuerName]) -> NamedIds:
        return self._counted(KnownIssuers(self.issuers()).issuer_ids(names), {name.value for name in names})

    def issuers_named(self, names: Sequence[IssuerName]) -> NamedIssuers:
        return KnownIssuers(self.issuers()).issuers_named(names)

    def audience(self, id_: str) -> Audience | None:
        return next(iter(self._decoded(self._named(Kind.AUDIENCE, id_), decode_audience)), None)

    def audience_ids(self, resource: str) -> NamedIds:
        return self._counted(NamedIds(tuple(one.id for one in self.audiences_at(resource))), {resource})

    def _counted(self, found: NamedIds, values: set[str]) -> NamedIds:
        """Nothing is written between two items here."""
        refs = sorted(map(holders_of, values))
        counts = tuple(DocumentVersion(ref, self._versions.get(ref, 0)) for ref in refs)
        return found._replace(counts=counts, before=counts)

    def audiences_at(self, resource: str) -> tuple[Audience, ...]:
        return tuple(one for one in self.audiences() if one.resource == resource)

    def issuers(self) -> tuple[Issuer, ...]:
        loaded = self._decoded(self._of_kind(Kind.ISSUER), decode_issuer)
        self._issuers = self._issuers if loaded == self._issuers else loaded
        return self._issuers

    def audiences(self) -> tuple[Audience, ...]:
        return self._decoded(self._of_kind(Kind.AUDIENCE), decode_audience)

    # MappingIndex

    def exact(self, issuer: str, selectors: Sequence[Selector]) -> tuple[Mapping, ...]:
        return self._filed_under({Filing(issuer, selector) for selector in selectors})

    def patterns(self, issuer: str) -> tuple[Mapping, ...]:
        return self._filed_under({Filing(issuer, None)})

    # MappingsById

    def mapping(self, id_: str) -> Mapping | None:
        return next(iter(self._decoded(self._named(Kind.MAPPING, id_), decode_mapping)), None)

    # ClientsById

    def client(self, id_: str) -> Client | None:
        return next(iter(self._decoded(self._named(Kind.CLIENT, id_), decode_client)), None)

    # What a FakeState asks

    def versions(self, refs: Collection[DocumentRef]) -> dict[DocumentRef, int]:
        with self._lock:
            self.reads += 1
            known = [ref for ref in refs if ref in self._documents or ref.kind in _COUNTS]
            return {ref: self._versions[ref] for ref in known if ref in self._versions}

    # TrustWriter

    def next_version(self, ref: DocumentRef) -> int:
        return self._versions.get(ref, 0) + 1

    def get(self, ref: DocumentRef) -> StoredDocument | None:
        return self._documents.get(ref)

    def states(self, refs: Collection[DocumentRef]) -> dict[DocumentRef, DocumentState]:
        with self._lock:
            return {ref: DocumentState(self._versions.get(ref, 0), self.get(ref)) for ref in refs}

    def put(
        self,
        document: StoredDocument,
        filed_under: Selector | None,
        change: Change | None = SOMEBODY,
        *,
        revision: int | None = None,
        rests_on: Collection[DocumentVersion] = (),
        seen: Seen | None = None,  # noqa: ARG002 (all is at hand)
    ) -> None:
        ref = DocumentRef(document.kind, document.id)
        with self._lock:
            self._check_revision(revision)
            if document.version != self.next_version(ref):
                raise VersionConflict(ref)
            if any(self._current(one.ref) != one.version for one in rests_on):
                raise RevisionMoved(ref)
            if document.kind is Kind.MAPPING:
                self._file(document, filed_under)
            since = self._documents[ref].since if ref in self._documents else document.version
            body = json.loads(json.dumps(document.body))
            self._count(self._documents.get(ref), document)
            self._documents[ref] = replace(document, body=body, since=since, change=change)
            self._moved(ref, document.version, body, change)

    def delete(
        self,
        ref: DocumentRef,
        version: int,
        change: Change = SOMEBODY,
        *,
        revision: int | None = None,
        seen: Seen | None = None,  # noqa: ARG002 (all is at hand)
    ) -> None:
        with self._lock:
            self._check_revision(revision)
            if ref not in self._documents or self._versions[ref] != version:
                raise VersionConflict(ref)
            self._count(self._documents.pop(ref))
            if ref.kind is Kind.MAPPING:
                self._filed.pop(ref.id, None)
            self._moved(ref, version + 1, None, change)

    def _current(self, ref: DocumentRef) -> int:
        return self._versions[ref] if ref in self._documents else 0

    def _check_revision(self, revision: int | None) -> None:
        if revision not in (None, self.revision()):
            raise RevisionMoved

    def _moved(self, ref: DocumentRef, version: int, body: JsonObject | None, change: Change | None) -> None:
        self._versions[ref] = version
        if change is not None:
            self._versions[TRUST_REVISION] = self.revision() + 1
            self._history.setdefault(ref, []).append(PastVersion(ref, version, body, change))

    # History, DocumentPages

    def history(self, ref: DocumentRef, before: int | None, limit: int) -> tuple[PastVersion, ...]:
        with self._lock:
            self.reads += 1
            newest_first = reversed(self._history.get(ref, []))
            return tuple(one for one in newest_first if before is None or one.version < before)[:limit]

    def page(self, kind: Kind, after: str | None, limit: int) -> tuple[StoredDocument, ...]:
        self.reads += 1
        return tuple(one for one in self._of_kind(kind) if after is None or one.id > after)[:limit]

    def revision(self) -> int:
        return self._versions.get(TRUST_REVISION, 0)

    def mappings_of(self, issuer: str, after: str | None, limit: int) -> tuple[str, ...]:
        return self.naming(DocumentRef(Kind.ISSUER, issuer), Kind.MAPPING, after, limit)

    def naming(self, ref: DocumentRef, kind: Kind, after: str | None, limit: int) -> tuple[str, ...]:
        self.reads += 1
        found = (one.id for one in self._of_kind(kind) if ref in (*one.lives, _issuer_of(one)))
        return tuple(id_ for id_ in found if id_ > (after or ""))[:limit]

    def owned(self, kind: Kind, tenant: str | None, after: str | None, limit: int) -> tuple[str, ...]:
        self.reads += 1
        ids = (one.id for one in self._of_kind(kind) if one.body.get("tenant") == tenant)
        return tuple(id_ for id_ in ids if id_ > (after or ""))[:limit]

    def admin_mappings(self) -> tuple[str, ...]:
        self.reads += 1
        return tuple(one.id for one in self._of_kind(Kind.MAPPING) if takes_part(one.body) and admin_scopes(one.body))

    def pending_mappings(self) -> tuple[str, ...]:
        self.reads += 1
        return tuple(one.id for one in self._of_kind(Kind.MAPPING) if is_enabled_and_pending(one.body))

    # PolicyDirectory, AllPolicies

    def shelves(self, wanted: Collection[Shelf]) -> dict[Shelf, FiledRules]:
        self.reads += 1
        owners = {shelf.owner for shelf in wanted}
        theirs = [one for one in self._of_kind(Kind.POLICY) if one.body.get("tenant") in owners]
        return KnownPolicies(PolicyDocuments(0, self._readable(theirs, decode_policy))).shelves(wanted)

    def zones(self) -> tuple[Zone, ...]:
        self.reads += 1
        loaded = self._readable(self._of_kind(Kind.ZONE), decode_zone)
        self._zones = self._zones if loaded == self._zones else loaded
        return self._zones

    def policy_sets(self, tenant: str | None) -> tuple[DocumentVersion, ...]:
        sets = dict.fromkeys((POLICY_SET, policy_set_of(tenant)))
        return tuple(DocumentVersion(ref, self._versions.get(ref, 0)) for ref in sets)

    def policies(self) -> PolicyDocuments:
        with self._lock:
            self.reads += 1
            policies = self._readable(self._of_kind(Kind.POLICY), decode_policy)
            zones = self._readable(self._of_kind(Kind.ZONE), decode_zone)
            loaded = PolicyDocuments(self._versions.get(POLICY_SET, 0), policies, zones)
            self._policies = self._policies if loaded == self._policies else loaded
            return self._policies

    def _count(self, *documents: StoredDocument | None) -> None:
        counters = {counter for one in documents if one for counter in _counters(one)}
        for counter in counters | _renamed(*documents):
            self._versions[counter] = self._versions.get(counter, 0) + 1

    # KeySets

    def load(self) -> KeySet | None:
        return self._keys

    def save(self, keys: KeySet) -> None:
        with self._lock:
            self.put(StoredDocument(*SIGNING_KEYS, keys.version, {}), None, None)
            self._keys = keys

    def _named(self, kind: Kind, id_: str) -> list[StoredDocument]:
        with self._lock:
            document = self._documents.get(DocumentRef(kind, id_))
        return [document] if document else []

    def _of_kind(self, kind: Kind) -> list[StoredDocument]:
        with self._lock:
            return [document for ref, document in sorted(self._documents.items()) if ref.kind is kind]

    def _file(self, document: StoredDocument, selector: Selector | None) -> None:
        if not takes_part(document.body):
            self._filed.pop(document.id, None)
            return
        filing = Filing(str(document.body["issuer"]), selector)
        self._check_room(document, filing)
        self._filed[document.id] = filing

    def _check_room(self, document: StoredDocument, filing: Filing) -> None:
        others = (other for other in self._filed_documents({filing}) if other.id != document.id)
        size = sum(len(json.dumps(one.body)) for one in (document, *others))
        if filing.selector is not None and size > BUCKET_BYTES:
            raise BucketFull(filing.selector.claim)

    def _filed_under(self, filings: set[Filing]) -> tuple[Mapping, ...]:
        return self._decoded(self._filed_documents(filings), decode_mapping)

    def _filed_documents(self, filings: set[Filing]) -> list[StoredDocument]:
        with self._lock:
            ids = sorted(id_ for id_, filing in self._filed.items() if filing in filings)
            return [self._documents[DocumentRef(Kind.MAPPING, id_)] for id_ in ids]

    def _readable(self, documents: list[StoredDocument], decode: Callable[[StoredDocument], _T]) -> tuple[_T, ...]:
        try:
            return tuple(map(decode, documents))
        except CorruptDocument as error:
            raise TemporarilyUnavailable(Reason.POLICY_UNAVAILABLE, str(error)) from error

    def _decoded(self, documents: list[StoredDocument], decode: Callable[[StoredDocument], _T]) -> tuple[_T, ...]:
        self.reads += 1
        decoded: list[_T] = []
        for document in documents:
            try:
                decoded.append(decode(document))
            except CorruptDocument as error:
                self.corrupt.append(error)
        return tuple(decoded)


def _issuer_of(document: StoredDocument) -> DocumentRef | None:
    return DocumentRef(Kind.ISSUER, str(document.body.get("issuer"))) if document.kind is Kind.MAPPING else None


def _renamed(before: StoredDocument | None = None, after: StoredDocument | None = None) -> set[DocumentRef]:
    moved = places_of(before).members.keys() ^ places_of(after).members.keys()
    return {holders_of(place[NAMED_BY[place[0]]]) for place in moved if place[0] in NAMED_BY}


def _counters(document: StoredDocument) -> Iterator[DocumentRef]:
    if document.kind in (Kind.POLICY, Kind.ZONE):
        tenant = document.body.get("tenant")
        yield policy_set_of(tenant if isinstance(tenant, str) else None)
    if document.kind is Kind.MAPPING:
        yield mappings_of(str(document.body["issuer"]))
