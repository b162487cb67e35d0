"""Mappings that take an admin's identity from the mapping that makes them one: of those that fit, one alone holds.

It takes a right away as surely as deleting that mapping does (ATTACKS O2, O6).
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from federation.documents.document_set import Planned
from federation.insight.snapshot.loading import TrustLoader
from federation.mapping.match import filed_under, is_glob, specificity, value_matches
from federation.model.confirmation import ADMIN_AUDIENCE, takes_part
from federation.model.documents import CorruptDocument, StoredDocument, decode_issuer, decode_mapping
from federation.model.trust import DocumentRef, Kind, Mapping, MatchValue, Selector
from federation.verification.providers import provider_named


def outranks_an_admin(planned: Planned, loader: TrustLoader) -> bool:
    """Whether the mapping that is planned takes identities from one that grants more at the admin API."""
    body = planned.body
    if planned.ref.kind is not Kind.MAPPING or body is None or not takes_part(body):
        return False
    mapping = decode_mapping(StoredDocument(*planned.ref, planned.version, body))
    return any(admin_grants(one) - admin_grants(mapping) for one in _rivals(mapping, planned.filed_under, loader))


def outranks(one: Mapping, other: Mapping, selectors: Sequence[str]) -> bool:
    """Whether a token may fit both mappings, and is not mapped by `other` then. `selectors`: of their provider."""
    if one.id == other.id or one.issuer != other.issuer or not _may_fit_both(one, other):
        return False
    return specificity(one, selectors) >= specificity(other, selectors)


def admin_grants(mapping: Mapping) -> frozenset[str]:
    """The scopes of the admin API that it grants."""
    grants = (grant for grant in mapping.grants if grant.audience == ADMIN_AUDIENCE)
    return frozenset(scope for grant in grants for scope in grant.scopes)


def is_of_one(mapping: Mapping, selectors: Sequence[str]) -> bool:
    """Whether it is about one identity, which is lost to it altogether."""
    return filed_under(mapping.match, selectors) is not None


def selectors_of_issuer(loader: TrustLoader, id_: str) -> tuple[str, ...]:
    """By which its mappings are filed; none: it is gone."""
    stored = loader.writer.get(DocumentRef(Kind.ISSUER, id_))
    return provider_named(decode_issuer(stored).provider).table.selectors if stored else ()


def _rivals(mapping: Mapping, place: Selector | None, loader: TrustLoader) -> Iterator[Mapping]:
    """Stored ones that it outranks: they lie where it lies, or where less specific ones do."""
    selectors = selectors_of_issuer(loader, mapping.issuer)
    found = {one.id: one for one in _beside(mapping, place, selectors, loader)}
    yield from (one for one in found.values() if outranks(mapping, one, selectors))


def _beside(
    mapping: Mapping, place: Selector | None, selectors: Sequence[str], loader: TrustLoader
) -> Iterator[Mapping]:
    yield from loader.index.patterns(mapping.issuer)
    if place is not None:
        yield from loader.index.exact(mapping.issuer, [place])
        if place.claim != selectors[-1]:
            yield from _admins(loader)


def _admins(loader: TrustLoader) -> Iterator[Mapping]:
    refs = [DocumentRef(Kind.MAPPING, id_) for id_ in loader.pages.admin_mappings()]
    for state in loader.writer.states(refs).values():
        with suppress(CorruptDocument):  # what cannot be read makes nobody an admin
            if state.document is not None and takes_part(state.document.body):
                yield decode_mapping(state.document)


def _may_fit_both(one: Mapping, other: Mapping) -> bool:
    """Lines on different claims may hold together."""
    wanted = dict(other.match)
    return all(path not in wanted or _may_both_hold(value, wanted[path]) for path, value in one.match)


def _may_both_hold(one: MatchValue, other: MatchValue) -> bool:
    if is_glob(one):
        return is_glob(other) or value_matches(one, other)
    return value_matches(other, one)
