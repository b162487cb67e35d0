"""Who can reach what, by the documents alone: through which issuer, mapping, client and policy, and on whose behalf.

Static: nobody has to have asked. What depends on circumstances is said to depend on them, never left out.
"""

from collections.abc import Iterator

from federation.insight.snapshot.snapshot import Snapshot
from federation.insight.whocan.chains import Delegations, party_of
from federation.insight.whocan.makes import Makes
from federation.insight.whocan.policies import PoliciesAt
from federation.insight.whocan.values import PrincipalReach, Reach
from federation.model.trust import Audience, Client, Issuer, Kind, Mapping
from federation.policy.ceilings import Way


def who_can(snapshot: Snapshot, audience: str, scope: str | None = None) -> tuple[Reach, ...]:
    """Every way to the audience, for that scope if one is named; sorted by principal.

    Raises TemporarilyUnavailable for unreadable policies.
    """
    target = next((one for one in snapshot.audiences() if one.id == audience and one.enabled), None)
    if target is None:
        return ()
    ways = _Ways(snapshot)
    found = (ways.to(target, mapping, scope) for mapping in snapshot.mappings())
    return tuple(sorted((one for one in found if one), key=lambda one: (one.party.principal, one.party.mapping)))


def reach_of(snapshot: Snapshot, principal: str) -> PrincipalReach:
    """Everything that the principal can reach; raises TemporarilyUnavailable for unreadable policies.

    A template that could yield the principal counts, by what the match says of its claims: whether it does, only a
    token tells.
    """
    ways, audiences = _Ways(snapshot), {one.id: one for one in snapshot.audiences() if one.enabled}
    mine = [one for one in snapshot.mappings() if one.enabled and Makes.of(one).may_fit(principal)]
    places = [
        (mapping, audiences[grant.audience])
        for mapping in mine
        for grant in mapping.grants
        if grant.audience in audiences
    ]
    reached = tuple(way for mapping, target in places if (way := ways.to(target, mapping, None)))
    tenants = frozenset(issuer.tenant for mapping in mine if (issuer := ways.issuer_of(mapping)))
    return PrincipalReach(principal, reached, ways.delegations.acts_for(principal, tenants))


class _Ways:
    def __init__(self, snapshot: Snapshot) -> None:
        self.delegations = Delegations(snapshot)
        self._snapshot = snapshot
        self._issuers = {issuer.id: issuer for issuer in snapshot.issuers() if issuer.enabled}
        self._clients = tuple(_enabled_clients(snapshot))
        self._policies: dict[str, PoliciesAt] = {}

    def issuer_of(self, mapping: Mapping) -> Issuer | None:
        """Whoever vouches for it; None: nobody that is enabled."""
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
            party=party_of(mapping, issuer),
            audience=audience.id,
            scopes=scopes,
            clients=tuple(one.id for one in self._clients if _lets(Way(audience, mapping, (issuer,), one), scopes)),
            policies=policies.say(makes, issuer),
            usually=policies.usually(makes, issuer, scopes),
            actors=self.delegations.actors_of(mapping, issuer.tenant),
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
