"""THE mapping step: a verified token -> whom it is to us, or a refusal."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import Protocol

from federation.mapping.match import (
    Miss,
    as_path,
    is_glob,
    lookup,
    misses,
    most_specific,
    parse_path,
    selectors_of,
    top_level,
)
from federation.mapping.nearest import Missed, as_json, as_text, nearest, no_candidates
from federation.mapping.patterns import Patterns
from federation.mapping.templates import attribute, principal
from federation.model.identity import identity_of
from federation.model.json import Claims
from federation.model.tokens import VerifiedToken
from federation.model.trust import MappedPrincipal, Mapping, Selector, is_meant
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.oauth.request import ExchangeRequest
from federation.ports import MappingIndex


class SelectorTable(Protocol):
    """The part of a claims table that mapping needs."""

    @property
    def selectors(self) -> tuple[str, ...]:
        """Claims under which mappings are filed, the most selective first."""
        ...


class ProviderRules(Protocol):
    """The part of an identity provider that mapping needs."""

    @property
    def table(self) -> SelectorTable:
        """Its claims table."""
        ...

    @property
    def to_be_named(self) -> Callable[[Claims], tuple[str, ...]]:
        """Claims that a mapping must name exactly to fit this token."""
        ...


MOST_NEAR = 50
"""Patterns that could not fit, through which the nearest is looked for."""
MAX_FILED = 256
"""Issuers whose patterns are kept by what they pin."""


class Mapper:
    """Finds the one mapping of a token."""

    def __init__(self, index: MappingIndex, providers: Callable[[str], ProviderRules]) -> None:
        """`providers`: the provider of that name."""
        self._index = index
        self._providers = providers
        self._filed: OrderedDict[str, tuple[Sequence[Mapping], Patterns]] = OrderedDict()
        self._lock = Lock()

    def resolve(self, subject: VerifiedToken, _request: ExchangeRequest) -> MappedPrincipal:
        """Whom the token is to us; raises InvalidRequest unless exactly one most specific mapping fits.

        What the request asks for plays no part: an identity is the same whatever it wants.
        """
        rules = self._providers(subject.issuer.provider)
        selectors = selectors_of(subject.claims, rules.table.selectors)
        missed: list[tuple[Mapping, tuple[Miss, ...]]] = []
        for candidates in self._candidates(subject, selectors):
            judged = [(mapping, _misses(mapping, subject, rules)) for mapping in candidates]
            fitting = [mapping for mapping, missing in judged if not missing]
            if fitting:
                return _mapped(most_specific(fitting, rules.table.selectors), subject)
            missed += judged
        others = self._patterns(subject.issuer.id).others([one for one, _ in missed], MOST_NEAR)
        missed += [(mapping, _misses(mapping, subject, rules)) for mapping in _usable(others, subject)]
        raise _no_mapping(subject, selectors, missed)

    def _candidates(self, subject: VerifiedToken, selectors: Sequence[Selector]) -> Iterator[list[Mapping]]:
        """The mappings that pin a selector, then the patterns: those are less specific, so often never read."""
        yield _usable(self._index.exact(subject.issuer.id, selectors), subject)
        yield _usable(self._patterns(subject.issuer.id).candidates(subject.claims), subject)

    def _patterns(self, issuer: str) -> Patterns:
        """By what they pin; filed once for as long as the index gives the same ones."""
        found = self._index.patterns(issuer)
        with self._lock:
            kept = self._filed.get(issuer)
            if kept is None or kept[0] is not found:
                kept = self._filed[issuer] = (found, Patterns(found))
            self._filed.move_to_end(issuer)
            while len(self._filed) > MAX_FILED:
                self._filed.popitem(last=False)
        return kept[1]


def _no_mapping(subject: VerifiedToken, selectors: Sequence[Selector], missed: Missed) -> InvalidRequest:
    closest = nearest(missed)
    detail = as_text(closest) if closest else no_candidates(subject.issuer, selectors)
    if subject.misshapen:
        detail += f"; in another form than documented: {' '.join(map(as_path, sorted(subject.misshapen)))}"
    return InvalidRequest(Reason.NO_MAPPING, detail, evidence={"nearest": as_json(closest)})


def _usable(candidates: Sequence[Mapping], subject: VerifiedToken) -> list[Mapping]:
    """An index narrows the search; it proves nothing, so everything is checked again here."""
    issuer = subject.issuer
    return [
        mapping
        for mapping in candidates
        if mapping.enabled
        and mapping.issuer == issuer.id
        and is_meant(mapping.lives, issuer.document.ref, issuer.since)
    ]


def _misses(mapping: Mapping, subject: VerifiedToken, rules: ProviderRules) -> tuple[Miss, ...]:
    if not mapping.match:
        return (Miss("match", "at least one line", None),)
    if mapping.confirmed_for not in (None, subject.issuer.issuer):
        # Its Issuer document was changed: whom it would trust now was not confirmed.
        return (Miss("iss", str(mapping.confirmed_for), subject.issuer.issuer),)
    try:
        return misses(mapping.match, subject.claims) + _unnamed(mapping, subject.claims, rules)
    except ValueError:  # a path that no write lets through; it must not keep the good ones from being read
        return (Miss("match", "readable claim paths", None),)


def _unnamed(mapping: Mapping, claims: Claims, rules: ProviderRules) -> tuple[Miss, ...]:
    named = {top_level(path) for path, wanted in mapping.match if not is_glob(wanted)}
    risky = [name for name in rules.to_be_named(claims) if name not in named]
    return tuple(Miss(as_path(name), "a line that names it", claims[name]) for name in risky)


def _mapped(mapping: Mapping, subject: VerifiedToken) -> MappedPrincipal:
    claims = subject.claims
    return MappedPrincipal(
        principal=principal(mapping.principal, claims),
        attributes={name: attribute(name, text, claims) for name, text in mapping.attributes.items()},
        mapping=mapping,
        issuer=subject.issuer,
        decided_by=tuple((path, lookup(claims, parse_path(path))) for path, _ in mapping.match),
        identity=identity_of(subject.issuer.id, subject.subject),
    )
