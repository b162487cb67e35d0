"""What is stored already, as far as documents that are about to be written can contradict it (ATTACKS C12, E).

However many mappings there are, none is read that could not be meant together with one of the new ones.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from collections.abc import Mapping as ReadOnly
from contextlib import suppress
from itertools import chain, groupby
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from federation.documents.checks.names import OTHER_KIND, names_meet
from federation.documents.checks.principals import has_free
from federation.documents.registry import REGISTRY, kind_of, references
from federation.documents.source import STORED, Problem, SourceDocument
from federation.mapping.match import filed_under
from federation.model.confirmation import as_written, takes_part
from federation.model.documents import CorruptDocument, StoredDocument, decode_mapping
from federation.model.json import Json
from federation.model.trust import DocumentRef, Kind, Mapping, Selector
from federation.ports import DocumentPages, MappingIndex, TrustWriter
from federation.verification.providers import provider_named

if TYPE_CHECKING:
    from federation.documents.document_set import DocumentSet

PAGE = 500
_WHOLE = tuple(kind for kind, row in REGISTRY.items() if row.few and kind is not Kind.POLICY)
"""Kinds of which every document is read; of policies those alone whose examples could come out otherwise."""
_MOVING = ("provider", "issuer", "tenant")
"""Members whose change makes every mapping of an issuer about other identities."""


class StoredTrust(Struct, frozen=True):
    """The trust table beside a set of documents; what the set replaces or deletes does not count."""

    pages: DocumentPages
    mappings: MappingIndex
    writer: TrustWriter
    deletions: frozenset[DocumentRef] = frozenset()
    tenant: str | None = None
    """The tenant whose documents there are beside the shared ones; None: all documents."""

    def without(self, deletions: Collection[DocumentRef]) -> "StoredTrust":
        """As if these had been deleted."""
        return replace(self, deletions=frozenset(deletions))

    def seen_by(self, tenant: str) -> "StoredTrust":
        """As if there were no other tenants."""
        return replace(self, tenant=tenant)

    def beside(self, named: Sequence[SourceDocument]) -> Iterator[SourceDocument]:
        """What `named` names, all of the kinds that it could contradict, and the policies whose examples it touches."""
        replaced = {source.name for source in named} | {f"{ref.kind} {ref.id}" for ref in self.deletions}
        there, policies = list(self._named(named)), list(self._policies(named))
        whole = set(_WHOLE) if policies or self._misses(named, there) else _whole_for(named)
        every = (one for kind in _WHOLE if kind in whole for one in every_document(self.pages, kind))
        for document in (*every, *(one for one in there if one.kind not in whole), *policies):
            if f"{document.kind} {document.id}" not in replaced and self._is_seen(document):
                yield SourceDocument(STORED, {**as_written(document.body)}, version=document.version)

    def alongside(self, documents: "DocumentSet") -> tuple[Mapping, ...]:
        """Enabled mappings that are found where those of the set will be, and some whose principals may meet theirs."""
        places = sorted(set(_places(documents)), key=repr)
        found: dict[str, Mapping] = {}
        for issuer, of_it in groupby(places, lambda place: place[0]):
            found |= {one.id: one for one in self._found(issuer, of_it)}
            found |= {one.id: one for one in self._first(issuer)} if has_free(documents, issuer) else {}
        return tuple(one for one in found.values() if one.id not in documents.mappings and not self.goes(one.id))

    def _first(self, issuer: str) -> Iterator[Mapping]:
        """Enabled mappings of an issuer: the first, since there may be a million."""
        ids = self.pages.mappings_of(issuer, None, PAGE)
        for state in self.writer.states([DocumentRef(Kind.MAPPING, id_) for id_ in ids]).values():
            with suppress(CorruptDocument):
                if state.document is not None and takes_part(state.document.body):
                    yield decode_mapping(state.document)

    def problems(self, documents: "DocumentSet") -> Iterator[Problem]:
        """Names that meet, and issuers that become others under mappings that are not looked at again."""
        yield from self._meeting(documents)
        states = self.writer.states([ref for ref in documents.refs if ref.kind is Kind.ISSUER])
        for ref, state in states.items():
            if state.document and not self._is_seen(state.document):
                continue  # nor are its mappings: that it is somebody else's is said without them
            issuer = documents.issuers[ref.id]
            changed = _changed(state.document, issuer.body)
            if changed and (outsider := self._outsider(ref.id, documents)):
                message = f"Mapping {outsider} names this Issuer and would mean somebody else"
                yield issuer.source.problem((changed,), message, "send the issuer's mappings in the same set")

    def _meeting(self, documents: "DocumentSet") -> Iterator[Problem]:
        """In any tenant: its tokens or answers would have the same `aud`."""
        others = {
            ref: DocumentRef(OTHER_KIND[ref.kind], ref.id)
            for ref in documents.refs
            if ref.kind in OTHER_KIND and documents.written(ref).document.enabled
        }
        unseen = {other for other in others.values() if not documents.knows(other) and other not in self.deletions}
        states = self.writer.states(unseen) if unseen else {}
        for ref, other in others.items():
            found = states[other].document if other in unseen else None
            if found is not None and found.body.get("enabled", True):
                yield names_meet(documents.written(ref).source, other.kind)

    def owned(self, kind: Kind, tenant: str, most: int) -> frozenset[str]:
        """Ids of what the tenant has, without what goes; one read, and few more where there are as many as that."""
        ids = self.pages.owned(kind, tenant, None, most + PAGE)
        if len(ids) >= most:  # an entry may be of a document that was never written, or that has moved
            return frozenset(one.id for one in self._there(kind, tenant, ids))
        return frozenset(id_ for id_ in ids if DocumentRef(kind, id_) not in self.deletions)

    def owned_documents(self, kind: Kind, tenant: str | None, most: int = 0) -> tuple[StoredDocument, ...]:
        """The tenant's documents, or the shared ones, without what goes: the first of them, a page beyond `most`."""
        return self._there(kind, tenant, self.pages.owned(kind, tenant, None, most + PAGE))

    def _there(self, kind: Kind, tenant: str | None, ids: Iterable[str]) -> tuple[StoredDocument, ...]:
        refs = [ref for id_ in ids if (ref := DocumentRef(kind, id_)) not in self.deletions]
        found = (state.document for state in self.writer.states(refs).values()) if refs else iter(())
        return tuple(one for one in found if one is not None and one.body.get("tenant") == tenant)

    def _is_seen(self, document: StoredDocument) -> bool:
        return self.tenant is None or document.body.get("tenant") in (None, self.tenant)

    def goes(self, mapping: str) -> bool:
        """Whether the mapping is to be deleted."""
        return DocumentRef(Kind.MAPPING, mapping) in self.deletions

    def _named(self, named: Sequence[SourceDocument]) -> Iterator[StoredDocument]:
        """What they name, in one read with what is to be written, which is looked at later."""
        found = _names(named)
        mine = {ref for ref in map(_ref, named) if ref is not None}
        others = {DocumentRef(OTHER_KIND[ref.kind], ref.id) for ref in mine if ref.kind in OTHER_KIND}
        states = self.writer.states(found | mine | others)
        yield from (document for ref in found if (document := states[ref].document) is not None)

    def _misses(self, named: Sequence[SourceDocument], there: Sequence[StoredDocument]) -> bool:
        """Whether something is named that is not there: then the nearest name is looked for."""
        seen = {DocumentRef(one.kind, one.id) for one in there if self._is_seen(one)}
        return not _names(named) <= seen | {ref for ref in map(_ref, named) if ref is not None}

    def _policies(self, named: Sequence[SourceDocument]) -> Iterator[StoredDocument]:
        """Only those whose examples could come out otherwise, and whose owner's the moving documents are.

        An example keeps no document of another owner in place, and no shared one: its owner hears of it.
        """
        moving = _of_kind(named, Kind.AUDIENCE)
        audiences, zones = {value.get("id") for value in moving}, bool(_of_kind(named, Kind.ZONE))
        owners = {tenant for value in moving if isinstance(tenant := value.get("tenant"), str | None)}
        owned = (self.owned_documents(Kind.POLICY, owner) for owner in {*owners, *((None,) if zones else ())})
        for policy in chain.from_iterable(owned):
            examples = [one for one in _list(policy.body.get("examples")) if isinstance(one, ReadOnly)]
            touched = any(one.get("audience") in audiences or (zones and asks_for_zones(one)) for one in examples)
            if touched and policy.body.get("enabled", True):
                yield policy

    def _found(self, issuer: str, places: Iterable[tuple[str, Selector | None]]) -> Iterator[Mapping]:
        yield from self.mappings.exact(issuer, [selector for _, selector in places if selector])
        yield from self.mappings.patterns(issuer)

    def _outsider(self, issuer: str, documents: "DocumentSet") -> str | None:
        after: str | None = None
        while ids := self.pages.mappings_of(issuer, after, PAGE):
            outside = next((id_ for id_ in ids if id_ not in documents.mappings and not self.goes(id_)), None)
            if outside:
                return outside
            after = ids[-1]
        return None


def every_document(pages: DocumentPages, kind: Kind) -> Iterator[StoredDocument]:
    """Of a kind of which there are few."""
    after: str | None = None
    while page := pages.page(kind, after, PAGE):
        yield from page
        after = page[-1].id
        if len(page) < PAGE:
            return


def _places(documents: "DocumentSet") -> Iterator[tuple[str, Selector | None]]:
    for written in documents.mappings.values():
        issuer = documents.issuers.get(written.document.issuer)
        if issuer and written.document.enabled:
            names = provider_named(issuer.document.provider).table.selectors
            yield issuer.document.id, filed_under(tuple(written.document.match.items()), names)


def _changed(stored: StoredDocument | None, body: ReadOnly[str, Json]) -> str | None:
    """The first of the members that make an issuer another. A new one takes over no mappings either."""
    before = stored.body if stored else {}
    return next((name for name in _MOVING if before.get(name) != body.get(name)), None)


def _names(named: Sequence[SourceDocument]) -> set[DocumentRef]:
    bodies = [value for source in named if isinstance(value := source.value, ReadOnly)]
    return {one.ref for body in bodies for one in references(kind_of(body), body)}


def _ref(source: SourceDocument) -> DocumentRef | None:
    value = source.value if isinstance(source.value, ReadOnly) else {}
    kind, id_ = kind_of(value), value.get("id")
    return DocumentRef(kind, id_) if kind is not None and isinstance(id_, str) and id_ else None


def _whole_for(named: Sequence[SourceDocument]) -> set[Kind]:
    """The kinds of which each document could contradict one of these."""
    kinds = {kind_of(source.value) if isinstance(source.value, ReadOnly) else None for source in named}
    workloads = any("tls_client_auth" in str(one.get("auth")) for one in _of_kind(named, Kind.CLIENT))
    if kinds <= {Kind.MAPPING, Kind.CLIENT} and not workloads:
        return set()
    return {Kind.AUDIENCE} if kinds == {Kind.AUDIENCE} else set(_WHOLE)


def _of_kind(named: Sequence[SourceDocument], kind: Kind) -> list[ReadOnly[str, Json]]:
    return [one.value for one in named if isinstance(one.value, ReadOnly) and one.value.get("kind") == kind]


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list | tuple) else ()


def asks_for_zones(example: ReadOnly[str, object]) -> bool:
    """Whether an example names an address, and leaves it to the Zone documents where that is."""
    context = example.get("context")
    network = context.get("network") if isinstance(context, ReadOnly) else None
    return isinstance(network, ReadOnly) and "ip" in network and "zone" not in network
