"""What a plan means, before it is applied: decided again for every identity that was seen lately."""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from msgspec import Struct

from federation.documents.document_set import Planned
from federation.insight.effects.access import ObservedExchange, ObservedIdentities, observed
from federation.insight.effects.gains_and_losses import Effects, effects
from federation.insight.render import render
from federation.insight.snapshot.loading import Asking, TrustLoader
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.client_credentials import CLIENT_ISSUER
from federation.model.documents import StoredDocument
from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, Kind
from federation.ports import AuditRecords, Clock
from federation.verification.own_tokens import SELF

DAYS = 2
"""Looked back for identities, unless the caller says: a walk through the hours of the trail, for which a plan waits."""
MOST_DAYS = 30
MOST_IDENTITIES = 500
PAGE = 200
MAX_PAGES = 25
"""Of the trail: an identity that asks all day long must not hide the others for ever, nor be counted for ever."""


class PlanImpact(NamedTuple):
    """What a plan means, and by how many identities."""

    effects: Sequence[JsonObject] = ()
    """Each by itself: rights that are gained, lost, or had on other terms; then changed examples."""
    identities: int = 0
    """Different ones that were seen, and decided again where the plan could touch them."""
    most: int = MOST_IDENTITIES
    """That are looked at: the newest."""


class AuditedIdentities(Struct, frozen=True):
    """ObservedIdentities on the trail of issued tokens; who was refused alone is not in it."""

    records: AuditRecords
    clock: Clock

    def recent(self, days: int) -> Iterator[ObservedExchange]:
        """The newest first, as far as pages go."""
        since, after = int(self.clock.now()) - days * 86_400, None
        for _ in range(MAX_PAGES):
            page = self.records.page(since, None, after, PAGE, tokens=True)
            yield from (one for record in page.records if (one := observed(record)) is not None)
            after = page.after
            if after is None:
                return


class PlanEffects(Struct, frozen=True):
    """Reads what the plan and the identities need of the trust table, and no more."""

    loader: TrustLoader
    seen: ObservedIdentities
    clock: Clock

    def __call__(self, plan: Sequence[Planned], tenant: str | None = None, days: int = DAYS) -> PlanImpact:
        """`tenant`: whose admin asks, who learns nothing of other tenants (ATTACKS O2); None: for all tenants."""
        changing = [one for one in plan if one.action != "unchanged"]
        if not changing:
            return PlanImpact()
        rest = self.loader.rest(tenant)
        seen = _distinct(_of_tenant(self.seen.recent(days), rest, tenant))
        before, after = sides(self.loader, changing, seen, rest, tenant)
        told = effects(before, after, seen, self.loader.own_issuer, int(self.clock.now()))
        return PlanImpact([one for one in _flat(told) if _is_shown(one, rest, tenant)], len(seen), MOST_IDENTITIES)


def sides(
    loader: TrustLoader,
    changing: Sequence[Planned],
    seen: Sequence[ObservedExchange],
    rest: Snapshot,
    tenant: str | None = None,
    also: frozenset[DocumentRef] = frozenset(),
) -> tuple[Snapshot, Snapshot]:
    """All that decisions about these identities look at, and `also`: as it is, and as if the plan were applied."""
    refs = also | _refs(rest, loader, seen) | loader.of_issuers(one.ref.id for one in changing if _moves(one))
    there = loader.with_documents(rest, refs, tenant)
    planned = [one.state.document for one in changing if one.state.document]
    before = Snapshot.of_stored({**there.documents, **{_ref(one): one for one in planned}}.values())
    return before, _after(before, changing)


def _refs(rest: Snapshot, loader: TrustLoader, seen: Sequence[ObservedExchange]) -> set[DocumentRef]:
    issuers = {issuer.id: issuer for issuer in rest.issuers()}
    subjects = [(one.issuer, one.claims) for one in seen]
    actors = [(one.actor_issuer, one.actor_claims) for one in seen]
    asking = [Asking(issuers[id_], claims) for id_, claims in chain(subjects, actors) if id_ in issuers]
    clients = {DocumentRef(Kind.CLIENT, one.client) for one in seen if one.client}
    ours = (claims for issuer, claims in chain(subjects, actors) if issuer == SELF)
    return loader.for_identities(asking) | clients | {ref for claims in ours for ref in loader.behind(claims)}


def _moves(planned: Planned) -> bool:
    """Whether an Issuer is about to name another one, or to hold again, or no more."""
    stored = planned.state.document
    if planned.ref.kind is not Kind.ISSUER or stored is None or planned.body is None:
        return False
    return any(stored.body.get(name) != planned.body.get(name) for name in ("issuer", "enabled"))


def _of_tenant(seen: Iterable[ObservedExchange], rest: Snapshot, tenant: str | None) -> Iterator[ObservedExchange]:
    """Others' do not even count: however much they ask, they hide no identity."""
    own = {issuer.id for issuer in rest.issuers() if issuer.tenant == tenant}
    for one in seen:
        if tenant is None or (one.tenant == tenant and one.issuer in own | {SELF, CLIENT_ISSUER}):
            yield one


def _is_shown(effect: JsonObject, rest: Snapshot, tenant: str | None) -> bool:
    if tenant is None:
        return True
    if "policy" not in effect:
        return effect.get("tenant") == tenant
    policy = rest.body(DocumentRef(Kind.POLICY, str(effect["policy"]))) or {}
    return policy.get("tenant", tenant) == tenant


def _ref(document: StoredDocument) -> DocumentRef:
    return DocumentRef(document.kind, document.id)


def _after(before: Snapshot, changing: Sequence[Planned]) -> Snapshot:
    """As if it were applied. What waits for a second admin then does not hold."""
    documents = dict(before.documents)
    for one in changing:
        documents.pop(one.ref, None)
        if one.body is not None:
            documents[one.ref] = StoredDocument(one.ref.kind, one.ref.id, one.version, one.body)
    return Snapshot.of_stored(documents.values(), before.policy_documents.version + 1)


def _distinct(seen: Iterable[ObservedExchange]) -> list[ObservedExchange]:
    """A caller that asks ten times is one identity."""
    found: dict[str, ObservedExchange] = {}
    for one in seen:
        who = [one.issuer, one.claims, one.actor_issuer, one.actor_claims, one.ip, one.client]
        found.setdefault(json.dumps(who, sort_keys=True, default=str), one)
        if len(found) == MOST_IDENTITIES:
            break
    return list(found.values())


def _flat(told: Effects) -> list[JsonObject]:
    shown: Any = [render(one) for one in (*told.gained, *told.lost, *told.changed, *told.examples)]
    found: list[JsonObject] = shown
    return found
