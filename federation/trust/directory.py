"""Every directory on the trust table over the table itself, which is asked as seldom as may be.

What is found is kept as long as the documents that it is made of are the same. The commit asks for their versions
again, whatever lies here.
"""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, Protocol, TypeVar

from federation.model.names import IssuerName, NamedIds, NamedIssuers, mappings_of
from federation.model.trust import Audience, Client, DocumentRef, Issuer, Kind, Mapping, Selector
from federation.ports import AudiencesByName, ClientsById, Clock, IssuersByName, MappingIndex, MappingsById
from federation.trust.bounded import BoundedCache
from federation.trust.known_names import KnownNames
from federation.trust.remembered import Remembered
from federation.trust.versions import KnownVersions

FRESH = 0.25
"""Seconds for which a name is known to be no issuer's: junk costs no more, and a new issuer is found (ATTACKS Q1)."""
MAX_LOOKUPS = 1_000
"""About 2.5 MiB (measured): a warm runtime must not keep growing."""
MAX_ISSUERS = 1_000
MAX_STRANGERS = 1_000
_OF_ISS = frozenset({"token", "claim"})

_V = TypeVar("_V", Issuer, Audience, Mapping, Client)


class TrustTable(IssuersByName, AudiencesByName, MappingIndex, MappingsById, ClientsById, Protocol):
    """Everything that a token's way asks of it."""


class _Absent(NamedTuple):
    """There is no such document."""


class CachedTrust:
    """Safe to share between threads."""

    def __init__(self, table: TrustTable, versions: KnownVersions, clock: Clock) -> None:
        self._table = table
        self._versions = versions
        self._clock = clock
        self._issuers: Remembered[Issuer] = Remembered(versions, MAX_ISSUERS)
        self._audiences: Remembered[Audience] = Remembered(versions, MAX_LOOKUPS)
        self._exact: Remembered[tuple[Mapping, ...]] = Remembered(versions, MAX_LOOKUPS)
        self._by_id: Remembered[Mapping] = Remembered(versions, MAX_LOOKUPS)
        self._clients: Remembered[Client] = Remembered(versions, MAX_LOOKUPS)
        self._absent: Remembered[_Absent] = Remembered(versions, MAX_STRANGERS)
        self._patterns: Remembered[tuple[Mapping, ...]] = Remembered(versions, MAX_ISSUERS)
        self._names = KnownNames[tuple[IssuerName, ...]](versions, clock, MAX_ISSUERS)
        self._of_iss: BoundedCache[NamedIds] = BoundedCache(clock, MAX_STRANGERS)
        self._resources = KnownNames[str](versions, clock, MAX_LOOKUPS)

    def issuer(self, id_: str) -> Issuer | None:
        """Disabled ones included."""
        return self._document(self._issuers, DocumentRef(Kind.ISSUER, id_), lambda: self._table.issuer(id_))

    def issuers_named(self, names: Sequence[IssuerName]) -> NamedIssuers:
        """Two reads for an identity that is new here; a name that no issuer has is one read.

        None where every issuer of that `iss` is known here: another audience is no reason to ask.
        """
        key = tuple(names)
        kept = self._names.get(key) or self._all_of_iss(key)
        named = kept or self._look_up(key)
        found = self._enabled(named)
        if kept is not None and len(found) < len(kept.ids):  # one was disabled since: which others are there?
            named = self._look_up(key)
            found = self._enabled(named)
        return NamedIssuers(found, others=bool(named.of_iss), speaking=bool(named.speaking))

    def audience(self, id_: str) -> Audience | None:
        """Disabled ones included."""
        return self._document(self._audiences, DocumentRef(Kind.AUDIENCE, id_), lambda: self._table.audience(id_))

    def audiences_at(self, resource: str) -> tuple[Audience, ...]:
        """Disabled ones included; that there is none is not remembered."""
        named = self._resources.get(resource)
        if named is None:
            named = self._resources.look_up(resource, [resource], lambda: self._table.audience_ids(resource))
        found = (self.audience(id_) for id_ in named.ids)
        return tuple(one for one in found if one is not None and one.resource == resource)

    def exact(self, issuer: str, selectors: Sequence[Selector]) -> tuple[Mapping, ...]:
        """Kept until a mapping of the issuer is written, also that there is none."""
        key = (issuer, *selectors)
        kept = self._exact.get(key)
        if kept is not None:
            return kept
        rests_on = self._versions.of([mappings_of(issuer)])
        found = self._table.exact(issuer, selectors)
        if found:
            self._exact.put(key, found, rests_on)
        return found

    def patterns(self, issuer: str) -> tuple[Mapping, ...]:
        """The same object until a mapping of the issuer is written; that there is none is kept as well."""
        kept = self._patterns.get(issuer)
        if kept is not None:
            return kept
        rests_on = self._versions.of([mappings_of(issuer)])
        found = self._table.patterns(issuer)
        self._patterns.put(issuer, found, rests_on)
        return found

    def mapping(self, id_: str) -> Mapping | None:
        """Disabled ones included, which are not kept: one may be enabled any moment."""
        ref = DocumentRef(Kind.MAPPING, id_)
        return self._document(self._by_id, ref, lambda: self._table.mapping(id_), lambda found: found.enabled)

    def client(self, id_: str) -> Client | None:
        """Disabled ones included."""
        return self._document(self._clients, DocumentRef(Kind.CLIENT, id_), lambda: self._table.client(id_))

    def forget(self) -> None:
        """Everything is looked at before it is used again."""
        self._versions.forget()
        self.forget_names()

    def forget_names(self) -> None:
        """Names are looked up again."""
        for cache in (self._names, self._of_iss, self._resources):
            cache.forget()

    def forget_documents(self, moved: Collection[DocumentRef]) -> None:
        """Of mappings that moved, what lies beside others; of everything else the versions tell."""
        ids = {ref.id for ref in moved if ref.kind is Kind.MAPPING}
        if ids:
            self._exact.discard(lambda found: any(one.id in ids for one in found))
            self._patterns.discard(lambda found: any(one.id in ids for one in found))

    def _document(
        self,
        cache: Remembered[_V],
        ref: DocumentRef,
        load: Callable[[], _V | None],
        is_kept: Callable[[_V], bool] = lambda _: True,
    ) -> _V | None:
        """That there is none is kept for seconds, in a place of its own.

        So junk costs no read and takes no longer than a client (ATTACKS L10), and pushes nothing out (Q4).
        """
        kept = cache.get(ref)
        if kept is not None:
            return kept
        if self._absent.get(ref) is not None:
            return None
        since = self._clock.now()
        found = load()
        rests_on = {ref: found.version if found is not None else 0}
        self._versions.learn(rests_on, since)
        if found is None:
            self._absent.put(ref, _Absent(), rests_on)
        elif is_kept(found):
            cache.put(ref, found, rests_on)
        self._versions.of(rests_on)
        return found

    def _enabled(self, named: NamedIds) -> tuple[Issuer, ...]:
        found = (self.issuer(id_) for id_ in named.ids)
        return tuple(one for one in found if one is not None and one.enabled)

    def _all_of_iss(self, key: tuple[IssuerName, ...]) -> NamedIds | None:
        """What is known of the `iss` that the names say, if that is all there is."""
        known = self._of_iss.get(_iss(key))
        return known if known is not None and len(known.ids) == known.of_iss else None

    def _look_up(self, key: tuple[IssuerName, ...]) -> NamedIds:
        values, iss = {name.value for name in key}, _iss(key)
        named = self._names.look_up(key, values, lambda: self._table.issuer_ids(key))
        before = self._of_iss.get(iss) or NamedIds(())
        known = named._replace(ids=tuple(sorted({*before.ids, *named.ids})))
        self._of_iss.put(iss, known if before.of_iss == named.of_iss else named, FRESH, self._of_iss.generation)
        if named.ids:
            self._check_names(key, named)
        return named

    def _check_names(self, key: tuple[IssuerName, ...], named: NamedIds) -> None:
        """A document that goes by none of the names here was written since: it is read again."""
        kept = [self._issuers.get(DocumentRef(Kind.ISSUER, id_)) for id_ in named.ids]
        stale = {one.id for one in kept if one is not None and not any(_goes_by(one, name) for name in key)}
        if stale:
            self._issuers.discard(lambda one: one.id in stale)


def _iss(names: Sequence[IssuerName]) -> tuple[str, ...]:
    """Of a token; of whatever else is shown, the names themselves."""
    return tuple(dict.fromkeys(one.value if one.how in _OF_ISS else f"{one.how} {one.value}" for one in names))


def _goes_by(issuer: Issuer, name: IssuerName) -> bool:
    if name.how == "events":
        stream = issuer.events
        return stream is not None and issuer.issuer == name.value and (stream.audience or "") == name.audience
    if name.how not in _OF_ISS or (name.how == "claim" and issuer.audience_claim is None):
        return name.how not in _OF_ISS
    wanted = name.audience in issuer.audiences if name.audience else not issuer.audiences
    return issuer.enabled and issuer.issuer == name.value and wanted
