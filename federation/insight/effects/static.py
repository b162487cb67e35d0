"""What changes for identities that were not seen: what rules grant by themselves, whom they name, what examples say."""

from collections.abc import Collection, Iterable, Iterator
from collections.abc import Mapping as ReadOnly
from typing import TypeAlias

from msgspec import Struct, field

from federation.insight.effects.access import Access, ObservedExchange, Right, Terms
from federation.insight.snapshot.parts import Filing
from federation.insight.snapshot.snapshot import Snapshot
from federation.mapping.match import selectors_of, value_matches
from federation.model.client_credentials import CLIENT_ISSUER, as_principal, mapping_of
from federation.model.json import Claims
from federation.model.policy import IN_POLICY_SET, Place
from federation.model.trust import CLIENT_CREDENTIALS, Client, DocumentRef, Issuer, Kind, Mapping
from federation.policy.cedar.engine import CedarEngine
from federation.policy.cedar.example_request import read_example
from federation.policy.cedar.example_values import BadExample
from federation.policy.cedar.slices import PolicySlices
from federation.policy.cedar.zones import ZoneTable
from federation.policy.ceilings import Way
from federation.verification.own_tokens import SELF
from federation.verification.providers import provider_named, provider_names


def granted_by(snapshot: Snapshot, ref: DocumentRef) -> dict[Right, Terms]:
    """What an enabled mapping grants within the ceiling of each audience, for any identity; principals are templates.

    The same of a client that may ask for itself: it is its own mapping.
    """
    if ref.kind is Kind.CLIENT:
        client = snapshot.client(ref.id)
        if client is None or CLIENT_CREDENTIALS not in client.grants:
            return {}
        itself = as_principal(client)
        return dict(_granted(snapshot, itself.mapping, itself.issuer, client))
    mapping = snapshot.mapping(ref.id) if ref.kind is Kind.MAPPING else None
    issuer = next((one for one in snapshot.issuers() if mapping and one.id == mapping.issuer), None)
    return dict(_granted(snapshot, mapping, issuer)) if mapping and issuer and issuer.enabled else {}


def _granted(
    snapshot: Snapshot, mapping: Mapping, issuer: Issuer, client: Client | None = None
) -> Iterator[tuple[Right, Terms]]:
    granted = {grant.audience for grant in mapping.grants}
    for audience in (one for one in snapshot.audiences() if one.id in granted):
        if target := Way(audience, mapping, (issuer,), client).target:
            for scope in sorted(target.scopes):
                yield Right(mapping.principal, issuer.tenant, audience.id, scope), Terms(target.max_ttl, ())


def examples_of(snapshot: Snapshot, policies: Snapshot) -> Iterator[tuple[str, int, Right, bool]]:
    """(policy, number, what is asked, allowed) of every example in `snapshot`, as all policies of `policies` decide."""
    places = {one.id: Place(one.id, one.environment, one.tenant) for one in snapshot.audiences()}
    zones = ZoneTable.of(policies.policies().zones)
    slices, engine = PolicySlices(policies.policies().policies), CedarEngine()
    for ref in sorted(ref for ref in snapshot.documents if ref.kind is Kind.POLICY):
        examples = (snapshot.body(ref) or {}).get("examples", ())
        for number, example in enumerate(examples if isinstance(examples, list | tuple) else ()):
            try:
                request = read_example(example, places, zones)
            except BadExample:
                continue
            allowed = engine.decide(request, slices).allowed
            scope = " ".join(request.context.scopes)
            yield (
                ref.id,
                number,
                Right(request.principal.id, request.principal.tenant, request.audience.id, scope),
                allowed,
            )


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


Rights: TypeAlias = dict[Right, Terms]


class Met(Struct, frozen=True):
    """Ids of the mappings by which an identity that was seen came in, and comes in now."""

    before: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)

    def add(self, old: Access, new: Access) -> None:
        """An identity, where there is anything to be had."""
        for access, known in ((old, self.before), (new, self.after)):
            if access.mapping is not None and access.rights:
                known.add(access.mapping)


def unseen_changes(before: Snapshot, after: Snapshot, met: Met) -> Iterator[tuple[Rights, Rights]]:
    """(what they had, what they have) by each changed rule, in the order of the documents.

    A rule whose Issuer names another URL by now has changed as well: it fits the people of that one. So has one whose
    Issuer was disabled or enabled.

    Whoever was seen stands for everybody whom a rule fits as before. Whom it fits only now, or no more, is told of by
    itself: a rule that names somebody else gives to one whom nobody has seen.
    """
    moved = _moved_issuers(before, after)
    told = moved | _switched_issuers(before, after)
    rules = {DocumentRef(Kind.MAPPING, one.id) for one in after.mappings() if one.issuer in told}
    for ref in sorted(changed_refs(before, after) | rules):
        old, new = granted_by(before, ref), granted_by(after, ref)
        rule = mapping_of(ref.id) if ref.kind is Kind.CLIENT else ref.id
        had, has = rule in met.before, rule in met.after
        lets_in, shuts_out = _fits_others(before, after, ref, moved) if old and new else (False, False)
        if lets_in and (had or not has):
            yield {}, new
        if shuts_out and (has or not had):
            yield old, {}
        if not (had or has or (lets_in and shuts_out)):
            yield old, new


def _moved_issuers(before: Snapshot, after: Snapshot) -> set[str]:
    """Ids of those that vouch for other people than before."""
    urls = {one.id: one.issuer for one in before.issuers()}
    return {one.id for one in after.issuers() if urls.get(one.id, one.issuer) != one.issuer}


def _switched_issuers(before: Snapshot, after: Snapshot) -> set[str]:
    """Ids of those that are believed again, or no more."""
    enabled = {one.id: one.enabled for one in before.issuers()}
    return {one.id for one in after.issuers() if enabled.get(one.id, one.enabled) != one.enabled}


def _fits_others(before: Snapshot, after: Snapshot, ref: DocumentRef, moved: Collection[str]) -> tuple[bool, bool]:
    """(whether it fits an identity that it did not, whether it fitted one that it does not)."""
    old, new = before.mapping(ref.id), after.mapping(ref.id)
    if ref.kind is not Kind.MAPPING or old is None or new is None:
        return False, False
    if new.issuer in moved:
        return True, True
    return not _is_within(new, old), not _is_within(old, new)


def _is_within(narrow: Mapping, wide: Mapping) -> bool:
    """Whether every identity that fits the one fits the other; never yes where one does not."""
    lines = dict(narrow.match)
    implied = (name in lines and value_matches(value, lines[name]) for name, value in wide.match)
    return narrow.issuer == wide.issuer and all(implied)
