"""Who may act for whom, and who for them in turn: delegation as far as documents say it, to depth 4 (ATTACKS H5)."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from federation.insight.snapshot.snapshot import Snapshot
from federation.insight.whocan.makes import Makes
from federation.insight.whocan.values import Acts, Party
from federation.model.trust import Issuer, Mapping
from federation.policy.ceilings import is_for
from federation.policy.delegation import MAX_DEPTH

MAX_SHOWN = 10
"""Edges at one place of the tree."""
MAX_EDGES = 10_000
"""In all that is shown at once: whoever may act for everybody makes trees that nobody reads."""

_Edge: TypeAlias = tuple[Mapping, Issuer, str]
_Made: TypeAlias = tuple[Mapping, Issuer, Makes]


class Delegations:
    """The edges between the enabled mappings of a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        issuers = {issuer.id: issuer for issuer in snapshot.issuers() if issuer.enabled}
        enabled = (one for one in snapshot.mappings() if one.enabled and one.issuer in issuers)
        self._mappings: list[_Made] = [(one, issuers[one.issuer], Makes.of(one)) for one in enabled]
        self._delegating = [made for made in self._mappings if made[0].may_act]
        self._named: dict[tuple[tuple[str, ...], str | None], tuple[_Edge, ...]] = {}
        self._left = MAX_EDGES

    def actors_of(self, mapping: Mapping, tenant: str | None) -> tuple[Acts, ...]:
        """Who may act for whomever the mapping makes, who may act after them, and so on. `tenant`: the principal's."""
        return self._actors(mapping, tenant, (mapping.principal,))

    def acts_for(self, principal: str, tenants: frozenset[str | None]) -> tuple[Acts, ...]:
        """For whom the principal may act, and for whom those may act already."""
        return self._principals(Makes.just(principal), tenants, (principal,))

    def _actors(self, current_actor: Mapping, tenant: str | None, chain: tuple[str, ...]) -> tuple[Acts, ...]:
        if len(chain) > MAX_DEPTH or not current_actor.may_act:
            return ()
        edges = [edge for edge in self._edges_to(current_actor.may_act, tenant) if edge[0].principal not in chain]
        shown = self._shown(edges)
        return tuple(
            Acts(party_of(actor, issuer), by, self._actors(actor, tenant, (*chain, actor.principal)), cut)
            for (actor, issuer, by), cut in shown
        )

    def _shown(self, edges: Sequence[_Edge]) -> list[tuple[_Edge, bool]]:
        """As many as there is room for; the last of them says whether there are more."""
        shown = edges[: min(MAX_SHOWN, self._left)]
        self._left -= len(shown)
        return [(edge, number == len(shown) < len(edges)) for number, edge in enumerate(shown, start=1)]

    def _edges_to(self, may_act: tuple[str, ...], tenant: str | None) -> tuple[_Edge, ...]:
        if (may_act, tenant) not in self._named:
            self._named[may_act, tenant] = tuple(self._actors_named(may_act, tenant))
        return self._named[may_act, tenant]

    def _actors_named(self, may_act: tuple[str, ...], tenant: str | None) -> Iterator[_Edge]:
        for actor, issuer, makes in self._mappings:
            by = next((pattern for pattern in may_act if makes.may_fit(pattern)), None)
            if by is not None and is_for(issuer.tenant, tenant):
                yield actor, issuer, by

    def _principals(self, actor: Makes, tenants: frozenset[str | None], chain: tuple[str, ...]) -> tuple[Acts, ...]:
        if len(chain) > MAX_DEPTH:
            return ()
        shown = self._shown(list(self._edges_from(actor, tenants, chain)))
        return tuple(
            Acts(
                party_of(mapping, issuer),
                by,
                self._principals(Makes.of(mapping), tenants, (*chain, mapping.principal)),
                cut,
            )
            for (mapping, issuer, by), cut in shown
        )

    def _edges_from(self, actor: Makes, tenants: frozenset[str | None], chain: tuple[str, ...]) -> Iterator[_Edge]:
        for mapping, issuer, _ in self._delegating:
            by = next((pattern for pattern in mapping.may_act if actor.may_fit(pattern)), None)
            if by is not None and (None in tenants or issuer.tenant in tenants) and mapping.principal not in chain:
                yield mapping, issuer, by


def party_of(mapping: Mapping, issuer: Issuer) -> Party:
    """Whom a mapping makes of whom."""
    return Party(mapping.id, mapping.principal, issuer.id, issuer.tenant, dict(mapping.match))
