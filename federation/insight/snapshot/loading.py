"""What of the trust table a question needs, as a snapshot: never all mappings, however many there are."""

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Mapping as ReadOnly
from typing import NamedTuple, Self

from msgspec import Struct
from msgspec.structs import replace

from federation.documents.checks.stored import PAGE
from federation.documents.registry import REGISTRY, Tenancy
from federation.documents.rights import EVERYBODY
from federation.documents.view import TrustView
from federation.insight.explain.identity import Identities
from federation.insight.explain.question import Identity, Question, Selected
from federation.insight.snapshot.snapshot import Snapshot
from federation.mapping.match import selectors_of
from federation.model.client_credentials import client_of
from federation.model.documents import StoredDocument
from federation.model.json import Json
from federation.model.trust import DocumentRef, Issuer, Kind, Mapping, Selector
from federation.oauth.errors import InvalidRequest
from federation.ports import AllPolicies, DocumentPages, MappingIndex, TrustWriter
from federation.verification.issuers import TrustedIssuers
from federation.verification.providers import provider_named, provider_names

MOST_MEANT = 501
"""Mappings of the issuer that a token names; where there are as many, no edit is suggested."""
NEAR = PAGE
"""Mappings of an issuer that are looked through for those that nearly fit."""
MOST_MAPPINGS = 10_000
"""Mappings that are looked through where a question is about all of them."""


class Loaded(NamedTuple):
    """Documents, and whether there are more of them than were looked at."""

    snapshot: Snapshot
    truncated: bool


class Asking(NamedTuple):
    """Claims of an identity, and the issuer that vouches for them."""

    issuer: Issuer
    claims: ReadOnly[str, Json]


class TrustLoader(Struct, frozen=True):
    """Reads. `tenant`: whose documents beside the shared ones; None: all documents."""

    pages: DocumentPages
    writer: TrustWriter
    index: MappingIndex
    readable: AllPolicies
    own_issuer: str
    """Our URL."""

    def once(self) -> Self:
        """The same, and each thing is read once."""
        view = TrustView(self.pages, self.writer, self.index, self.readable)
        return replace(self, pages=view, writer=view, index=view, readable=view)

    def rest(self, tenant: str | None = None) -> Snapshot:
        """All issuers, audiences, policies and zones; raises TemporarilyUnavailable for unreadable policies."""
        self.readable.policies()  # pages leave out what is corrupt, and what is left out might forbid
        return self.stored(tenant)

    def stored(self, tenant: str | None = None) -> Snapshot:
        """The same without what cannot be read: to be compared with itself, never to decide by."""
        documents = (one for kind, row in REGISTRY.items() if row.few for one in self._all(kind))
        return Snapshot.of_stored(one for one in documents if _is_seen(one, tenant))

    def for_question(self, question: Question, rest: Snapshot, tenant: str | None = None) -> Snapshot:
        """Whatever a decision about it looks at, and what nearly fits. `rest`: of the same tenant."""
        selected = [one for one in (question.subject, question.actor) if one is not None]
        found = [each for one in selected for each in self.select(one, rest, question.now)]
        refs = {ref for each in found for ref in self._mappings(each)}
        refs |= {ref for one in selected for ref in self._meant(one, rest)}
        asking = {DocumentRef(Kind.CLIENT, question.client)} if question.client else set()
        return self.with_documents(rest, refs | asking, tenant)

    def select(self, identity: Identity, rest: Snapshot, now: int) -> Iterator[Selected]:
        """Who vouches for it; None, where a decision would not find an issuer either."""
        identities = Identities(rest, self.own_issuer, TrustedIssuers(rest, self.own_issuer))
        try:
            yield identities.select(identity, now)
        except InvalidRequest:
            return

    def for_identities(self, asking: Iterable[Asking]) -> set[DocumentRef]:
        """Where mappings for any of these claims lie: a read for every hundred places, and one for each issuer."""
        places: dict[str, set[Selector]] = {}
        for one in asking:
            places.setdefault(one.issuer.id, set()).update(_selectors(one.issuer, one.claims))
        return {ref for issuer, selectors in places.items() for ref in self._filed(issuer, selectors)}

    def of_issuers(self, ids: Iterable[str]) -> set[DocumentRef]:
        """Mappings of these issuers, of each the first."""
        return {_mapping_ref(id_) for issuer in ids for id_ in self.pages.mappings_of(issuer, None, NEAR)}

    def behind(self, claims: ReadOnly[str, Json]) -> set[DocumentRef]:
        """What one of our own tokens rests on: what made its principal and who holds it, and the client it went to."""
        clients = {client for client in _clients(claims) if client}
        return set(map(_made_by, _own_mappings(claims))) | {DocumentRef(Kind.CLIENT, client) for client in clients}

    def everything(self, tenant: str | None) -> Loaded:
        """Clients and mappings too, up to a limit."""
        rest = self.rest(tenant)
        clients = [one for one in self._all(Kind.CLIENT) if _is_seen(one, tenant)]
        mappings, truncated = self._every_mapping(rest, tenant)
        return Loaded(Snapshot.of_stored([*rest.documents.values(), *clients, *mappings]), truncated)

    def with_documents(self, rest: Snapshot, refs: Iterable[DocumentRef], tenant: str | None = None) -> Snapshot:
        """The same with what there is of these, and is the tenant's to see."""
        states = self.writer.states(frozenset(refs))
        issuers = {issuer.id for issuer in rest.issuers()}
        found = [
            state.document
            for state in states.values()
            if state.document and _is_seen(state.document, tenant) and _is_vouched_for(state.document, issuers)
        ]
        return Snapshot.of_stored([*rest.documents.values(), *found]) if found else rest

    def _mappings(self, selected: Selected) -> Iterator[DocumentRef]:
        if selected.ours:
            yield from self.behind(selected.claims)
            return
        yield from self.for_identities([Asking(selected.issuer, selected.claims)])
        yield from map(_mapping_ref, self.pages.mappings_of(selected.issuer.id, None, NEAR))

    def _meant(self, identity: Identity, rest: Snapshot) -> Iterator[DocumentRef]:
        """Mappings of the issuers that it names, whatever these take now: an edit is tried on all that is there."""
        identities = Identities(rest, self.own_issuer, TrustedIssuers(rest, self.own_issuer))
        try:
            claims = identities.unverified(identity)
        except InvalidRequest:
            return
        for issuer in rest.issuers():
            if issuer.issuer == claims.get("iss") or issuer.id == identity.issuer:
                yield from self.for_identities([Asking(issuer, claims)])
                yield from map(_mapping_ref, self.pages.mappings_of(issuer.id, None, MOST_MEANT))

    def _filed(self, issuer: str, selectors: Iterable[Selector]) -> Iterator[DocumentRef]:
        found: tuple[Mapping, ...] = (*self.index.exact(issuer, sorted(selectors)), *self.index.patterns(issuer))
        yield from (_mapping_ref(one.id) for one in found)

    def _every_mapping(self, rest: Snapshot, tenant: str | None) -> tuple[list[StoredDocument], bool]:
        documents = self._all(Kind.MAPPING) if tenant is None else self._of_issuers(rest)
        found: list[StoredDocument] = []
        for one in documents:
            if len(found) == MOST_MAPPINGS:
                return found, True
            found.append(one)
        return found, False

    def _of_issuers(self, rest: Snapshot) -> Iterator[StoredDocument]:
        for issuer in rest.issuers():
            after: str | None = None
            while ids := self.pages.mappings_of(issuer.id, after, PAGE):
                states = self.writer.states([_mapping_ref(id_) for id_ in ids])
                yield from (state.document for state in states.values() if state.document)
                after = ids[-1]

    def _all(self, kind: Kind) -> Iterator[StoredDocument]:
        after: str | None = None
        while page := self.pages.page(kind, after, PAGE):
            yield from page
            after = page[-1].id
            if len(page) < PAGE:
                return


def _is_seen(document: StoredDocument, tenant: str | None) -> bool:
    """Policies and zones are shared: one that forbids must not be left out."""
    row = REGISTRY[document.kind]
    if tenant is None or row.tenancy is not Tenancy.OWN or not row.foreign_hidden:
        return True
    return document.body.get("tenant", EVERYBODY) in (tenant, EVERYBODY)


def _is_vouched_for(document: StoredDocument, issuers: Collection[str]) -> bool:
    """A mapping is no more to be seen than its issuer."""
    return document.kind is not Kind.MAPPING or document.body.get("issuer") in issuers


def _selectors(issuer: Issuer, claims: ReadOnly[str, Json]) -> tuple[Selector, ...]:
    if issuer.provider not in provider_names():
        return ()
    return selectors_of(claims, provider_named(issuer.provider).table.selectors)


def _mapping_ref(id_: str) -> DocumentRef:
    return DocumentRef(Kind.MAPPING, id_)


def _made_by(mapping: str) -> DocumentRef:
    """A registered client that asked for itself is its own mapping."""
    client = client_of(mapping)
    return _mapping_ref(mapping) if client is None else DocumentRef(Kind.CLIENT, client)


def _own_mappings(claims: ReadOnly[str, Json]) -> Iterator[str]:
    """What made one of our own tokens' principal, that of who holds it, and of whoever held those before it."""
    fed = claims.get("fed")
    for name in ("mapping", "actor") if isinstance(fed, ReadOnly) else ():
        versioned = fed.get(name) if isinstance(fed, ReadOnly) else None
        if isinstance(versioned, str):
            yield versioned.rpartition("@")[0]
    yield from (str(link["mapping"]) for link in _links(fed) if link.get("mapping"))


def _clients(claims: ReadOnly[str, Json]) -> Iterator[str]:
    """The registered client that one of our own tokens was issued to, and those whom issuers vouched for before."""
    fed = claims.get("fed")
    named = fed.get("client") if isinstance(fed, ReadOnly) else None
    if isinstance(named, str):
        yield named.rpartition("@")[0]
    yield from (str(link.get("client")) for link in _links(fed) if link.get("client_iss"))


def _links(fed: Json) -> Iterator[ReadOnly[str, Json]]:
    chain = fed.get("chain") if isinstance(fed, ReadOnly) else None
    yield from (link for link in chain if isinstance(link, ReadOnly)) if isinstance(chain, list | tuple) else ()
