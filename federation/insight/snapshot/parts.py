"""What a snapshot is made of: decoded documents, and where the trust table files each mapping."""

from collections.abc import Iterable
from collections.abc import Mapping as ReadOnly
from typing import NamedTuple, TypeVar

from federation.documents.registry import REGISTRY, Decoded
from federation.mapping.match import filed_under
from federation.model.documents import CorruptDocument, StoredDocument
from federation.model.trust import DocumentRef, Issuer, Mapping, Selector
from federation.verification.providers import provider_named, provider_names

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Filing(NamedTuple):
    """A place in the trust table."""

    issuer: str
    selector: Selector | None
    """None: among the issuer's patterns."""


def decoded(documents: Iterable[StoredDocument]) -> dict[DocumentRef, Decoded]:
    """The values of all that are not corrupt."""
    values: dict[DocumentRef, Decoded] = {}
    for document in documents:
        try:
            values[DocumentRef(document.kind, document.id)] = REGISTRY[document.kind].decode(document)
        except CorruptDocument:
            continue
    return values


def filed(mappings: Iterable[Mapping], issuers: Iterable[Issuer]) -> dict[Filing, tuple[str, ...]]:
    """Filing -> sorted ids of the enabled mappings there."""
    known = {issuer.id: issuer for issuer in issuers}
    places: dict[Filing, list[str]] = {}
    for mapping in mappings:
        place = filing_of(mapping, known.get(mapping.issuer))
        if place is not None:
            places.setdefault(place, []).append(mapping.id)
    return {place: tuple(sorted(ids)) for place, ids in places.items()}


def filing_of(mapping: Mapping, issuer: Issuer | None) -> Filing | None:
    """Where the table files it; None: nowhere, because it is disabled or no issuer vouches for its identities."""
    if not mapping.enabled or issuer is None or issuer.provider not in provider_names():
        return None
    return Filing(mapping.issuer, filed_under(mapping.match, provider_named(issuer.provider).table.selectors))


def refiled(
    places: ReadOnly[Filing, tuple[str, ...]], mapping: str, before: Filing | None, after: Filing | None
) -> ReadOnly[Filing, tuple[str, ...]]:
    """The same but for one mapping, which was filed at `before`."""
    if before == after:
        return places
    changed = dict(places)
    if before is not None:
        left = tuple(id_ for id_ in changed.get(before, ()) if id_ != mapping)
        changed = with_value(changed, before, left or None)
    if after is not None:
        changed[after] = tuple(sorted({*changed.get(after, ()), mapping}))
    return changed


def with_value(values: ReadOnly[_Key, _Value], key: _Key, value: _Value | None) -> dict[_Key, _Value]:
    """A copy with that value; for None without the key."""
    changed = dict(values)
    if value is None:
        changed.pop(key, None)
    else:
        changed[key] = value
    return changed
