"""The lock-out guard: after a write an admin can still mend trust, and its writer comes in as before (ATTACKS O6).

The same decisions are asked before and after: of the documents as they stand, and as if the plan were applied. What no
decision can see (whether an identity provider still has its keys) is compared member by member, for the way by which
the writer just came in: it is the one that is known to work.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from federation.admin.changes import rfc3339
from federation.admin.log_in import bodies_since, keeps
from federation.admin.outranked import admin_grants, is_of_one, outranks, outranks_an_admin
from federation.documents.document_set import Planned
from federation.insight.effects.access import ObservedExchange, Right, Terms, observed, rights_at
from federation.insight.effects.plan import sides
from federation.insight.explain.decision import Decisions
from federation.insight.explain.question import Identity, Question
from federation.insight.snapshot.loading import TrustLoader
from federation.insight.snapshot.snapshot import Snapshot
from federation.insight.whocan.makes import is_template
from federation.mapping.match import is_glob
from federation.mapping.own import documents_behind
from federation.model.binding import Binding, kind_of
from federation.model.confirmation import (
    ADMIN_AUDIENCE,
    ADMIN_SCOPES,
    APPROVALS_DECIDE,
    SHORTEST,
    TRUST_WRITE,
    admin_scopes,
)
from federation.model.documents import CorruptDocument
from federation.model.own_claims import OwnClaims
from federation.model.policy import IN_POLICY_SET, Party, Place, Proof
from federation.model.trust import Audience, DocumentRef, Issuer, Kind, Mapping
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.identifiers import AT_JWT
from federation.oauth.reasons import Reason
from federation.policy.build_authorization import HARD_CAP
from federation.policy.cedar.slices import PolicySlices
from federation.policy.ceilings import Way
from federation.ports import AuditRecords, Clock, History
from federation.trust.bounded import BoundedCache
from federation.verification.providers import provider_named

_ADMIN_AUDIENCE = DocumentRef(Kind.AUDIENCE, ADMIN_AUDIENCE)
_NO_ADMIN = "no enabled mapping of an enabled issuer grants {} any more, or policies forbid it to all of them"


class LockedOut(Exception):
    """The write must not happen."""

    def __init__(self, reason: Reason, explained: str) -> None:
        super().__init__(explained)
        self.reason = reason
        self.explained = explained


class LockOutGuard(Struct, frozen=True):
    """Looks at a whole plan, with the eyes of its author."""

    loader: TrustLoader
    past: History
    records: AuditRecords
    clock: Clock
    came_before: BoundedCache[ObservedExchange] | None = None
    """By the jti of the token with which an admin logged in: its record never changes."""

    def check(self, plan: Sequence[Planned], came: OwnClaims | None, scopes: frozenset[str]) -> bool:
        """Raises LockedOut. True: the plan is safe as long as nothing else is written meanwhile.

        `came`: the claims of the token with which the writer came in. `scopes`: what the writer may do by now.
        """
        if came is None:
            raise LockedOut(Reason.OWN_WAY_IN, "trust is written by an admin who came in by a token")
        changes = [planned for planned in plan if planned.action != "unchanged"]
        own = _concerns_way(changes, came)
        touched = any(_concerns_admins(one) or outranks_an_admin(one, self.loader) for one in changes)
        if not (touched or own):
            return False
        self._check(changes, came, scopes, touched=touched, own=own)
        return touched or TRUST_WRITE in came.scopes

    def _check(
        self, changes: Sequence[Planned], came: OwnClaims, scopes: frozenset[str], *, touched: bool, own: bool
    ) -> None:
        writes = TRUST_WRITE in came.scopes  # a plan is not looked at; its application will be
        seen = self._seen(came) if writes and own else None
        admins = {DocumentRef(Kind.MAPPING, id_) for id_ in self.loader.pages.admin_mappings()} if touched else ()
        rest = self.loader.stored()
        before, after = sides(self.loader, changes, [seen] if seen else [], rest, also=frozenset(admins))
        if touched:
            changed = frozenset(one.ref.id for one in changes if one.ref.kind is Kind.MAPPING)
            _check_admins(before, after, changed)
            self._check_taken(before, after, scopes, changed)
        if writes:
            self._check_known(changes, came)
        if seen is not None and self._loses(before, after, seen, came.binding):
            raise LockedOut(Reason.OWN_WAY_IN, "decided again with these documents, you would be refused")

    def _check_taken(self, before: Snapshot, after: Snapshot, scopes: frozenset[str], changed: frozenset[str]) -> None:
        """An admin who lacks a scope takes it from no other, by any document: the others could not bring it back."""
        beyond = frozenset(ADMIN_SCOPES) - scopes
        taken = self._held(before, beyond, changed) - self._held(after, beyond, changed) if beyond else ()
        if taken:
            named = ", ".join(sorted({scope for _, scope in taken}))
            raise LockedOut(Reason.BEYOND_OWN_RIGHTS, f"it would take {named} from an admin")

    def _held(self, snapshot: Snapshot, scopes: frozenset[str], changed: frozenset[str]) -> set[tuple[str, str]]:
        """(principal, scope) of every admin who has it by the documents, or is decided to have it now."""
        holders = (one for one in _holders(snapshot, changed) if one.scope in scopes and not one.outranked)
        held = {(holder.principal, holder.scope) for holder in holders}
        decisions = Decisions(snapshot, self.loader.own_issuer)
        for mapping in snapshot.mappings():
            asked = tuple(sorted(scopes & admin_grants(mapping)))
            question = _question(mapping, int(self.clock.now())) if asked else None
            found = rights_at(decisions, question, ADMIN_AUDIENCE, asked) if question else ()
            held |= {(f"{right.principal} decided", right.scope) for right, terms in found if _is_in_reach(terms)}
        return held

    def _check_known(self, changes: Sequence[Planned], came: OwnClaims) -> None:
        """The way by which the writer came stays, and is still the one of then."""
        refs, issued = documents_behind(came) | {_ADMIN_AUDIENCE}, rfc3339(came.issued_at)
        for one in changes:
            before = one.state.document.body if one.state.document else None
            if one.ref in refs and not keeps(one.ref.kind, before, one.body, came.binding):
                raise LockedOut(Reason.OWN_WAY_IN, f"you came in by {one.ref.kind} {one.ref.id}")
        for ref, state in self.loader.writer.states(refs).items():
            stored = state.document
            if stored is None or stored.change is None or stored.change.when <= issued:
                continue
            if not keeps(ref.kind, bodies_since(self.past, ref, issued)[-1], stored.body, came.binding):
                changed = f"{ref.kind} {ref.id} was changed since you logged in; log in again"
                raise LockedOut(Reason.OWN_WAY_IN, changed)

    def _seen(self, came: OwnClaims) -> ObservedExchange | None:
        """As whom and from where they came, by the record of their token, or of the first of its chain."""
        jti, known = came.chain[0].jti if came.chain else came.jti, self.came_before
        seen = known.get(jti) if known else None
        if seen is None:
            seen = observed(self.records.record(jti) or {})
            if known is not None and seen is not None:
                known.put(jti, seen, HARD_CAP, known.generation)
        return seen

    def _loses(self, before: Snapshot, after: Snapshot, seen: ObservedExchange, binding: Binding | None) -> bool:
        """Whether a fresh log-in gave trust:write before and does not after; no admin can log in without policies.

        A right that waits for an approval from now on is none, where deciding about approvals would wait too.
        """
        proof = kind_of(binding)
        try:
            had, has = (self._rights(side, seen, proof, TRUST_WRITE) for side in (before, after))
            if any(right not in has or _is_out_of_reach(terms, has[right]) for right, terms in had.items()):
                return True
            waits = any("approval" in has[right].needs and "approval" not in had[right].needs for right in had)
            deciding = self._rights(after, seen, proof, APPROVALS_DECIDE).values() if waits else ()
        except TemporarilyUnavailable as error:
            if error.reason is not Reason.POLICY_UNAVAILABLE:
                raise
            return False
        return waits and all("approval" in terms.needs for terms in deciding)

    def _rights(self, snapshot: Snapshot, seen: ObservedExchange, proof: Proof, scope: str) -> dict[Right, Terms]:
        """With the kind of key that they proved: another one is not known."""
        question = replace(seen.question(int(self.clock.now())), proof=proof)
        return dict(rights_at(Decisions(snapshot, self.loader.own_issuer), question, ADMIN_AUDIENCE, (scope,)))


def _check_admins(before: Snapshot, after: Snapshot, changed: frozenset[str]) -> None:
    """Every scope keeps a holder, and one of all tenants where there was one."""
    sides_ = (before, after)
    had, has = ({one for one in _holders(side, changed) if one.outranked != "altogether"} for side in sides_)
    for scope in ADMIN_SCOPES:
        then, now = ({one.tenant for one in holders if one.scope == scope} for holders in (had, has))
        if (then and not now) or (None in then and None not in now):
            raise LockedOut(Reason.LAST_ADMIN, _NO_ADMIN.format(scope))


class _Holder(NamedTuple):
    """Who has a scope of the admin API."""

    principal: str
    scope: str
    tenant: str | None
    outranked: Literal["", "in part", "altogether"] = ""
    """Whether its identities fall under another mapping that does not grant the scope."""


def _holders(snapshot: Snapshot, changed: frozenset[str] = frozenset()) -> Iterator[_Holder]:
    """By the documents alone. `changed`: ids of the mappings that may outrank those of admins."""
    audience = next((one for one in snapshot.audiences() if one.id == ADMIN_AUDIENCE), None)
    if audience is None or (audience.token_format, audience.token_typ) != ("jwt", AT_JWT):
        return  # the admin API reads no other token
    try:
        slices = PolicySlices(snapshot.policies().policies)
    except (CorruptDocument, TemporarilyUnavailable):
        return
    issuers = {issuer.id: issuer for issuer in snapshot.issuers()}
    rivals = [one for one in snapshot.mappings() if one.id in changed and one.enabled]
    for mapping in snapshot.mappings():
        issuer = issuers.get(mapping.issuer)
        target = Way(audience, mapping, (issuer,)).target if issuer else None
        lasts = target is not None and audience.max_ttl >= SHORTEST
        if issuer and target and lasts and _policies_leave_a_way(slices, mapping, issuer, audience):
            for scope in target.scopes:
                yield _Holder(mapping.principal, scope, issuer.tenant, _outranked(mapping, scope, issuer, rivals))


def _outranked(
    mapping: Mapping, scope: str, issuer: Issuer, rivals: Sequence[Mapping]
) -> Literal["", "in part", "altogether"]:
    selectors = provider_named(issuer.provider).table.selectors
    if all(scope in admin_grants(one) or not outranks(one, mapping, selectors) for one in rivals):
        return ""
    return "altogether" if is_of_one(mapping, selectors) else "in part"


def _question(mapping: Mapping, now: int) -> Question | None:
    """As the identity that fits every line of the mapping; None: its lines do not say who that is."""
    claims = dict(mapping.match)
    plain = not any(is_glob(value) or "." in path or '"' in path for path, value in mapping.match)
    return Question(Identity(claims, issuer=mapping.issuer), now, proof="dpop") if plain else None


def _policies_leave_a_way(slices: PolicySlices, mapping: Mapping, issuer: Issuer, audience: Audience) -> bool:
    """Whether the policies permit it to whom the mapping makes; what depends on circumstances leaves a way."""
    party = Party(mapping.principal, issuer.id, issuer.tenant)
    place = Place(audience.id, audience.environment, audience.tenant)
    try:
        found = slices.slice_for(party, place).rules.values()
    except TemporarilyUnavailable:
        return False
    rules = [rule for rule in found if not rule.actions or "exchange" in rule.actions]
    permitted = is_template(mapping.principal) or any(rule.effect == "permit" for rule in rules)
    return permitted and not any(rule.effect == "forbid" and not json.loads(rule.cedar)["conditions"] for rule in rules)


def _concerns_admins(planned: Planned) -> bool:
    stored = planned.state.document
    bodies = [body for body in (planned.body, stored.body if stored else None) if body is not None]
    if planned.ref.kind is Kind.MAPPING:
        return any(admin_scopes(body) for body in bodies)
    return planned.ref.kind in {Kind.ISSUER, *IN_POLICY_SET} or planned.ref == _ADMIN_AUDIENCE


def _concerns_way(changes: Sequence[Planned], came: OwnClaims) -> bool:
    """Whether a decision about the writer could look at any of these."""
    refs = documents_behind(came) | {_ADMIN_AUDIENCE}
    return any(one.ref in refs or one.ref.kind in {Kind.ISSUER, *IN_POLICY_SET} or _is_of(one, refs) for one in changes)


def _is_of(planned: Planned, refs: frozenset[DocumentRef]) -> bool:
    stored = planned.state.document.body if planned.state.document else None
    bodies = (planned.body, stored) if planned.ref.kind is Kind.MAPPING else ()
    return any(DocumentRef(Kind.ISSUER, str(body.get("issuer"))) in refs for body in bodies if body)


def _is_in_reach(terms: Terms) -> bool:
    """Whether an admin has it without another key than theirs, another's leave, or in too short a time."""
    return not terms.needs and terms.lifetime >= SHORTEST


def _is_out_of_reach(before: Terms, after: Terms) -> bool:
    """Whether it takes a key that it did not, or is had for hardly any time."""
    keys = set(after.needs) - set(before.needs) - {"approval"}
    return bool(keys) or after.lifetime < min(before.lifetime, SHORTEST)
