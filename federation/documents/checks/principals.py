"""Principals that meet: a literal one, and what another mapping's template may yield (ATTACKS E6, invariant 12).

An identity that chooses the claim in the template would be the literal principal. Two mappings of one literal principal
say that two identities are one, and are let be.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from federation.documents.document_set import DocumentSet
from federation.documents.source import STORED, Problem
from federation.mapping.match import ClaimPath, is_glob, parse_path, value_matches
from federation.mapping.templates import Template, parse_principal
from federation.model.documents import decode_mapping
from federation.model.trust import DocumentRef, Kind, Mapping, MatchValue
from federation.verification.providers import provider_named

Segment: TypeAlias = tuple[str | ClaimPath, ...]
"""A part of a principal between two slashes."""


class Named(NamedTuple):
    """A mapping, and the principals that it may make."""

    mapping: Mapping
    tenant: str | None
    segments: tuple[Segment, ...]

    @property
    def is_free(self) -> bool:
        """Whether some claim that its match leaves open chooses a part of the principal."""
        return any(not isinstance(piece, str) for segment in self.segments for piece in segment)

    @property
    def shape(self) -> tuple[str | None, int, Segment]:
        """What it has in common with whatever could meet it: the first segment is literal in every template."""
        return self.tenant, len(self.segments), self.segments[0]


def meeting_principals(documents: DocumentSet) -> Iterator[Problem]:
    """Of enabled mappings of one tenant, at each that is to be written."""
    written = (decode_mapping(one.stored) for one in documents.mappings.values() if one.document.enabled)
    every = [named(one, documents) for one in (*written, *documents.alongside)]
    literal: defaultdict[tuple[str | None, int, Segment], list[Named]] = defaultdict(list)
    for one in every:
        if one.segments and not one.is_free:
            literal[one.shape].append(one)
    for free in every:
        for other in literal.get(free.shape, ()) if free.segments and free.is_free else ():
            if may_yield(free, other, documents):
                yield from _told(free, other, documents)


def named(mapping: Mapping, documents: DocumentSet) -> Named:
    """Claims that it pins are texts already; no segments where its template cannot be read."""
    issuer = documents.issuers.get(mapping.issuer)
    try:
        parts = tuple(_segments(parse_principal(mapping.principal), dict(mapping.match)))
    except ValueError:
        parts = ()
    return Named(mapping, issuer.document.tenant if issuer else None, parts)


def may_yield(free: Named, literal: Named, documents: DocumentSet) -> bool:
    """Whether the template of the one may make the principal of the other, of another identity."""
    names = ["".join(map(str, segment)) for segment in literal.segments]
    chosen = [_chosen(segment, name) for segment, name in zip(free.segments, names, strict=True)]
    if None in chosen:
        return False
    claims = {path: value for one in chosen for path, value in (one or {}).items()}
    same = free.mapping.issuer == literal.mapping.issuer
    if same and all(_pins(literal.mapping, path, value) for path, value in claims.items()):
        return False
    return all(_can_be(free.mapping, path, value, documents) for path, value in claims.items())


def has_free(documents: DocumentSet, issuer: str) -> bool:
    """Whether a mapping of that issuer is to be written whose template is free."""
    mappings = (one for one in documents.mappings.values() if one.document.issuer == issuer and one.document.enabled)
    return any(named(decode_mapping(one.stored), documents).is_free for one in mappings)


def _segments(template: Template, match: dict[str, MatchValue]) -> Iterator[Segment]:
    pinned = {parse_path(path): str(value) for path, value in match.items() if not is_glob(value)}
    segment: list[str | ClaimPath] = []
    for piece in (pinned.get(piece, piece) if not isinstance(piece, str) else piece for piece in template):
        first, *further = piece.split("/") if isinstance(piece, str) else [piece]
        segment.append(first)
        for part in further:
            yield tuple(segment)
            segment = [part]
    yield tuple(segment)


def _chosen(segment: Segment, name: str) -> dict[ClaimPath, str] | None:
    """What the claims of the segment would have to be for it to read like that; None: it never does."""
    free = [piece for piece in segment if not isinstance(piece, str)]
    if not free:
        return {} if "".join(map(str, segment)) == name else None
    at = segment.index(free[0])
    before, after = ("".join(map(str, part)) for part in (segment[:at], segment[at + 1 :]))
    fits = name.startswith(before) and name.endswith(after) and len(name) > len(before) + len(after)
    return {free[0]: name[len(before) : len(name) - len(after)]} if fits else None


def _pins(mapping: Mapping, path: ClaimPath, value: str) -> bool:
    return any(parse_path(line) == path and str(wanted) == value for line, wanted in mapping.match)


def _can_be(mapping: Mapping, path: ClaimPath, value: str, documents: DocumentSet) -> bool:
    """Whether the claim may have the value in a token that the mapping fits."""
    issuer = documents.issuers.get(mapping.issuer)
    forms = provider_named(issuer.document.provider).table.forms if issuer else {}
    for line, wanted in mapping.match:
        if parse_path(line) == path and not value_matches(wanted, value):
            return False
    check = forms.get(path[0]) if len(path) == 1 else None
    return check is None or check(value) or (value.isdigit() and check(int(value)))


def _told(free: Named, literal: Named, documents: DocumentSet) -> Iterable[Problem]:
    """At one of them: the one that is to be written."""
    hint = "give it a namespace of its own, such as partner/acme/named/..., or let the other's match leave it out"
    for one, what in ((literal, "another mapping's template yields this principal too, for whoever has that claim"),
                      (free, "this template yields the principal of another mapping too")):  # fmt: skip
        written = documents.find(DocumentRef(Kind.MAPPING, one.mapping.id))
        if written is not None and written.source.file != STORED:
            return (written.source.problem(("principal",), what, hint),)
    return ()
