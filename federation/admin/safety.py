"""What no write may leave behind: mappings without their issuer, and nobody who could mend it (ATTACKS O6).

That somebody could follows from the documents alone, and for whoever writes from how they came in.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from federation.admin.own_way import OwnWay, OwnWayBroken
from federation.admin.way_in import WayIn
from federation.documents.checks.stored import PAGE, every_document
from federation.documents.planned import Planned
from federation.model.admin import ADMIN_AUDIENCE, SHORTEST, TRUST_WRITE, admin_scopes, lets_write_trust
from federation.model.documents import DEFAULT_MAX_TTL, StoredDocument, decode_policy
from federation.model.duration import seconds
from federation.model.json import JsonObject
from federation.model.policy import IN_POLICY_SET, Policy
from federation.model.tokens import OwnClaims
from federation.model.trust import DocumentRef, Kind
from federation.oauth.identifiers import AT_JWT
from federation.oauth.reasons import Reason
from federation.ports import DocumentPages, TrustWriter

_AUDIENCE = DocumentRef(Kind.AUDIENCE, ADMIN_AUDIENCE)

_NOBODY = "no enabled mapping of an enabled issuer grants trust:write any more, or policies forbid it to all of them"

_Bodies: TypeAlias = Mapping[DocumentRef, JsonObject | None]
"""What documents are about to say; None: they are to go."""


class Unsafe(Exception):
    """The write must not happen."""

    def __init__(self, reason: Reason, explained: str) -> None:
        super().__init__(explained)
        self.reason = reason
        self.explained = explained


class Safety(Struct, frozen=True):
    """Looks at a whole plan."""

    pages: DocumentPages
    writer: TrustWriter
    own_way: OwnWay

    def check(self, plan: Sequence[Planned], came: OwnClaims | None) -> bool:
        """Raises Unsafe. True: the plan is safe as long as nothing else is written meanwhile.

        `came`: what the token said by which whoever writes came in.
        """
        changes = [planned for planned in plan if planned.action != "unchanged"]
        planned: _Bodies = {one.ref: one.body for one in changes}
        deleted = [one.ref for one in changes if one.ref.kind is Kind.ISSUER and one.body is None]
        for issuer in deleted:
            self._check_unused(issuer, planned)
        touched = any(map(_concerns_admins, changes))
        if touched:
            self._check_admins(planned)
        own = self._concerns_own_way(changes, came, touched=touched)
        return touched or own or bool(deleted)

    def _concerns_own_way(self, changes: Sequence[Planned], came: OwnClaims | None, *, touched: bool) -> bool:
        if came is None:
            raise Unsafe(Reason.OWN_WAY_IN, "nobody in particular writes trust")
        if TRUST_WRITE not in came.scopes:  # who only plans; whoever applies it is looked at then
            return False
        if not (touched or self.own_way.is_concerned(came, changes)):
            return False
        try:
            self.own_way.check(came, changes)
        except OwnWayBroken as error:
            raise Unsafe(Reason.OWN_WAY_IN, str(error)) from None
        return True

    def _check_unused(self, issuer: DocumentRef, planned: _Bodies) -> None:
        after: str | None = None
        while ids := self.pages.mappings_of(issuer.id, after, PAGE):
            user = next((id_ for id_ in ids if _still_names(id_, issuer.id, planned)), None)
            if user is not None:
                raise Unsafe(Reason.DOCUMENT_IN_USE, f"Mapping {user} names Issuer {issuer.id}")
            after = ids[-1]

    def _check_admins(self, planned: _Bodies) -> None:
        before, after = self._admins({}), self._admins(planned)
        if (before and not after) or (None in before and None not in after):
            raise Unsafe(Reason.LAST_ADMIN, _NOBODY)

    def _admins(self, planned: _Bodies) -> set[str | None]:
        """The tenants that have an admin who can write trust; None among them: there is a global one."""
        audience = self._bodies([_AUDIENCE], planned)[_AUDIENCE]
        if audience is None or not _is_usable(audience):
            return set()
        named = {DocumentRef(Kind.MAPPING, id_) for id_ in self.pages.admin_mappings()}
        named |= {ref for ref in planned if ref.kind is Kind.MAPPING}
        mappings = [body for body in self._bodies(named, planned).values() if body and lets_write_trust(body)]
        issuers = self._bodies({DocumentRef(Kind.ISSUER, str(body["issuer"])) for body in mappings}, planned)
        way_in = WayIn(self._policies(planned), audience)
        pairs = [(body, issuers[DocumentRef(Kind.ISSUER, str(body["issuer"]))]) for body in mappings]
        known = [(body, issuer) for body, issuer in pairs if issuer and _is_enabled(issuer)]
        return {_tenant(issuer) for body, issuer in known if way_in.is_open(body, issuer)}

    def _policies(self, planned: _Bodies) -> Iterator[Policy]:
        stored = {DocumentRef(Kind.POLICY, one.id): one for one in every_document(self.pages, Kind.POLICY)}
        written = {
            ref: body and StoredDocument(ref.kind, ref.id, 1, body)
            for ref, body in planned.items()
            if ref.kind is Kind.POLICY
        }
        return (decode_policy(one) for one in {**stored, **written}.values() if one)

    def _bodies(self, refs: set[DocumentRef] | list[DocumentRef], planned: _Bodies) -> _Bodies:
        states = self.writer.states([ref for ref in refs if ref not in planned])
        stored = {ref: state.document.body if state.document else None for ref, state in states.items()}
        return stored | {ref: planned[ref] for ref in refs if ref in planned}


def _concerns_admins(planned: Planned) -> bool:
    stored = planned.state.document
    bodies = [body for body in (planned.body, stored.body if stored else None) if body is not None]
    if planned.ref.kind is Kind.MAPPING:
        return any(TRUST_WRITE in admin_scopes(body) for body in bodies)
    return planned.ref.kind in {Kind.ISSUER, *IN_POLICY_SET} or planned.ref == _AUDIENCE


def _still_names(mapping: str, issuer: str, planned: _Bodies) -> bool:
    ref = DocumentRef(Kind.MAPPING, mapping)
    body = planned.get(ref)
    return ref not in planned or (body is not None and body.get("issuer") == issuer)


def _is_usable(audience: JsonObject) -> bool:
    """The admin API reads its tokens itself, so neither an opaque one nor one of typ JWT opens anything."""
    scopes = audience.get("scopes")
    writes = isinstance(scopes, list) and TRUST_WRITE in scopes
    read = audience.get("token_format", "jwt") == "jwt" and audience.get("token_typ", AT_JWT) == AT_JWT
    return writes and _lasts(audience) and _is_enabled(audience) and read


def _lasts(audience: JsonObject) -> bool:
    """Whether its tokens can live long enough; those of a document that cannot be read do not live at all."""
    try:
        return seconds(str(audience.get("max_ttl", DEFAULT_MAX_TTL))) >= SHORTEST
    except ValueError:
        return False


def _is_enabled(body: JsonObject | None) -> bool:
    return body is not None and body.get("enabled", True) is True


def _tenant(issuer: JsonObject) -> str | None:
    tenant = issuer.get("tenant")
    return tenant if isinstance(tenant, str) else None
