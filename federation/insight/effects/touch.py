"""Which identities an edit can touch at all: for everybody else nothing is decided again."""

from collections.abc import Iterable
from collections.abc import Mapping as ReadOnly

from federation.insight.effects.observed import ObservedExchange
from federation.insight.snapshot.parts import Filing
from federation.insight.snapshot.snapshot import Snapshot
from federation.mapping.match import selectors_of
from federation.model.client_credentials import CLIENT_ISSUER
from federation.model.json import Claims
from federation.model.policy import IN_POLICY_SET
from federation.model.trust import DocumentRef, Kind, Mapping
from federation.verification.own_tokens import SELF
from federation.verification.providers import provider_named, provider_names


def changed_refs(before: Snapshot, after: Snapshot) -> frozenset[DocumentRef]:
    """Documents that are new, gone, or say something else."""
    refs = before.documents.keys() | after.documents.keys()
    return frozenset(ref for ref in refs if before.body(ref) != after.body(ref))


class Touched:
    """Knows by a few look-ups per identity. It errs on the side of deciding again."""

    def __init__(self, before: Snapshot, after: Snapshot, changed: frozenset[DocumentRef]) -> None:
        self._everybody = any(ref.kind in IN_POLICY_SET for ref in changed)
        self._issuers = {ref.id for ref in changed if ref.kind is Kind.ISSUER}
        self._clients = {ref.id for ref in changed if ref.kind is Kind.CLIENT}
        self._places = _places(before, after, changed)
        audiences = {ref.id for ref in changed if ref.kind is Kind.AUDIENCE}
        self._granting = _granting(before, audiences) | _granting(after, audiences)
        self._providers = {one.id: one.provider for snapshot in (before, after) for one in snapshot.issuers()}

    def touches(self, seen: ObservedExchange) -> bool:
        """Whether it could come out otherwise for that identity."""
        if self._everybody or seen.client in self._clients or {SELF, CLIENT_ISSUER} & {seen.issuer, seen.actor_issuer}:
            return True
        return self._identity(seen.issuer, seen.claims) or (
            seen.actor_issuer is not None and self._identity(seen.actor_issuer, seen.actor_claims)
        )

    def _identity(self, issuer: str, claims: Claims) -> bool:
        if issuer in self._issuers:
            return True
        provider = self._providers.get(issuer)
        names = provider_named(provider).table.selectors if provider in provider_names() and provider else ()
        mine = [Filing(issuer, None), *(Filing(issuer, selector) for selector in selectors_of(claims, names))]
        return any(place in self._places or place in self._granting for place in mine)


def _places(before: Snapshot, after: Snapshot, changed: Iterable[DocumentRef]) -> frozenset[Filing]:
    """Where changed mappings lie, before or after."""
    ids = {ref.id for ref in changed if ref.kind is Kind.MAPPING}
    return _filings(before.filed, ids) | _filings(after.filed, ids)


def _granting(snapshot: Snapshot, audiences: set[str]) -> frozenset[Filing]:
    """Where mappings lie that grant one of these audiences."""
    if not audiences:
        return frozenset()
    return _filings(snapshot.filed, {one.id for one in snapshot.mappings() if _grants(one, audiences)})


def _grants(mapping: Mapping, audiences: set[str]) -> bool:
    return any(grant.audience in audiences for grant in mapping.grants)


def _filings(filed: ReadOnly[Filing, tuple[str, ...]], ids: set[str]) -> frozenset[Filing]:
    return frozenset(place for place, there in filed.items() if not ids.isdisjoint(there)) if ids else frozenset()
