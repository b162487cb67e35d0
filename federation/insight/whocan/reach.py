"""Who can reach what, by the documents alone, and on whose behalf: delegation to depth 4 included (ATTACKS H5)."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from federation.insight.snapshot.snapshot import Snapshot
from federation.insight.whocan.dangers import Parties, dangers_at
from federation.insight.whocan.makes import Makes
from federation.insight.whocan.policies import PoliciesAt
from federation.insight.whocan.values import Acts, PrincipalReach, Reach
from federation.model.trust import Audience, Client, Issuer, Kind, Mapping
from federation.policy.ceilings import Way, is_for
from federation.policy.delegation import MAX_DEPTH

MAX_SHOWN = 10
"""Edges at one place of the tree."""
MAX_EDGES = 10_000
"""In all that is shown at once: an actor for all makes trees that are too long to read."""

_Edge: TypeAlias = tuple[Mapping, Issuer, str]
_Made: TypeAlias = tuple[Mapping, Issuer, Makes]


class Delegations:
    """The edges between the enabled mappings of a snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        issuers = {issuer.id: issuer for issuer in snapshot.issuers() if issuer.enabled}
        self._parties = Parties(snapshot)
        enabled = (one for one in snapshot.mappings() if one.enabled and one.issuer in issuers)
        self._mappings: list[_Made] = [(one, issuers[one.issuer], Makes.of(one)) for one in enabled]
        self._delegating = [made for made in self._mappings if made[0].may_act]
        self._named: dict[tuple[tuple[str, ...], str | None], tuple[_Edge, ...]] = {}
        self._left = MAX_EDGES

    def actors_of(self, mapping: Mapping, tenant: str | None) -> tuple[Acts, ...]:
        """Who may act for the mapping's principal, who may act after them, and so on. `tenant`: the principal's."""
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
            Acts(self._parties.of(actor, issuer), by, self._actors(actor, tenant, (*chain, actor.principal)), cut)
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
                self._parties.of(mapping, issuer),
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


def who_can(
    snapshot: Snapshot, audience: str, scope: str | None = None, issuer: str | None = None
) -> tuple[Reach, ...]:
    """Every way to the audience, for that scope and of that Issuer's identities if named; sorted by principal.

    Raises TemporarilyUnavailable for unreadable policies.
    """
    target = next((one for one in snapshot.audiences() if one.id == audience and one.enabled), None)
    if target is None:
        return ()
    ways = _Ways(snapshot)
    found = (ways.to(target, mapping, scope) for mapping in snapshot.mappings() if issuer in (None, mapping.issuer))
    return tuple(sorted((one for one in found if one), key=lambda one: (one.party.principal, one.party.mapping)))


def reach_of_issuer(snapshot: Snapshot, issuer: str) -> tuple[Reach, ...]:
    """Everything that identities of the Issuer can reach; sorted by principal. Raises what `who_can` raises."""
    ways, audiences = _Ways(snapshot), {one.id: one for one in snapshot.audiences() if one.enabled}
    mine = (one for one in snapshot.mappings() if one.issuer == issuer)
    places = [(one, audiences[grant.audience]) for one in mine for grant in one.grants if grant.audience in audiences]
    found = [way for mapping, target in places if (way := ways.to(target, mapping, None))]
    return tuple(sorted(found, key=lambda one: (one.party.principal, one.party.mapping, one.audience)))


def reach_of(snapshot: Snapshot, principal: str, issuer: str | None = None) -> PrincipalReach:
    """Everything that the principal can reach, vouched for by that Issuer if one is named.

    Raises TemporarilyUnavailable for unreadable policies.

    A template that could yield the principal counts, by what the match says of its claims: whether it does, only a
    token tells.
    """
    ways, audiences = _Ways(snapshot), {one.id: one for one in snapshot.audiences() if one.enabled}
    vouched = (one for one in snapshot.mappings() if issuer in (None, one.issuer))
    mine = [one for one in vouched if one.enabled and Makes.of(one).may_fit(principal)]
    places = [
        (mapping, audiences[grant.audience])
        for mapping in mine
        for grant in mapping.grants
        if grant.audience in audiences
    ]
    reached = tuple(way for mapping, target in places if (way := ways.to(target, mapping, None)))
    tenants = frozenset(one.tenant for mapping in mine if (one := ways.issuer_of(mapping)))
    return PrincipalReach(principal, reached, ways.delegations.acts_for(principal, tenants))


class _Ways:
    def __init__(self, snapshot: Snapshot) -> None:
        self.delegations = Delegations(snapshot)
        self._snapshot = snapshot
        self._issuers = {issuer.id: issuer for issuer in snapshot.issuers() if issuer.enabled}
        self._parties = Parties(snapshot)
        self._clients = tuple(_enabled_clients(snapshot))
        self._policies: dict[str, PoliciesAt] = {}

    def issuer_of(self, mapping: Mapping) -> Issuer | None:
        """Its issuer; None: none that is enabled."""
        return self._issuers.get(mapping.issuer)

    def to(self, audience: Audience, mapping: Mapping, scope: str | None) -> Reach | None:
        """None: there is no way."""
        issuer = self.issuer_of(mapping)
        target = Way(audience, mapping, (issuer,)).target if issuer else None
        if issuer is None or target is None:
            return None
        scopes = tuple(one for one in target.grant.scopes if one in target.scopes and scope in (None, one))
        if not scopes:
            return None
        policies, makes = self._policies_at(audience), Makes.of(mapping)
        return Reach(
            party=self._parties.of(mapping, issuer),
            audience=audience.id,
            scopes=scopes,
            clients=tuple(one.id for one in self._clients if _lets(Way(audience, mapping, (issuer,), one), scopes)),
            policies=policies.say(makes, issuer),
            usually=policies.usually(makes, issuer, scopes),
            actors=self.delegations.actors_of(mapping, issuer.tenant),
            dangers=dangers_at(audience.id, scopes),
        )

    def _policies_at(self, audience: Audience) -> PoliciesAt:
        if audience.id not in self._policies:
            self._policies[audience.id] = PoliciesAt(self._snapshot, audience)
        return self._policies[audience.id]


def _enabled_clients(snapshot: Snapshot) -> Iterator[Client]:
    for ref in sorted(ref for ref in snapshot.documents if ref.kind is Kind.CLIENT):
        client = snapshot.client(ref.id)
        if client is not None and client.enabled:
            yield client


def _lets(way: Way, scopes: tuple[str, ...]) -> bool:
    return way.target is not None and not way.target.scopes.isdisjoint(scopes)
