"""What an admin may write and see: their own tenant's documents, and no more rights than they have (ATTACKS O2)."""

from collections.abc import Mapping
from enum import Enum
from functools import cached_property

from msgspec import Struct, field

from federation.documents.checks.stored import PAGE
from federation.documents.registry import REGISTRY, Tenancy
from federation.model.confirmation import ADMIN_AUDIENCE, ADMIN_SCOPES, admin_scopes, takes_part
from federation.model.documents import StoredDocument
from federation.model.json import Json, JsonObject
from federation.model.trust import DocumentRef, Kind
from federation.ports import DocumentPages, TrustWriter


class Surroundings(Struct, frozen=True, dict=True):
    """The trust table as it stands, and `planned`: what documents are about to say."""

    pages: DocumentPages
    writer: TrustWriter
    planned: Mapping[DocumentRef, JsonObject | None] = field(default_factory=dict)

    @cached_property
    def issuer_tenants(self) -> Mapping[str, str | None]:
        """Issuer id -> its tenant, now or after the write; None: shared."""
        planned = {ref.id: body for ref, body in self.planned.items() if ref.kind is Kind.ISSUER and body is not None}
        return {id_: _text(body.get("tenant")) for id_, body in {**self._issuers(), **planned}.items()}

    def admins_by(self, issuer: str) -> frozenset[str]:
        """The scopes of the admin API that enabled mappings give to whom the issuer vouches for."""
        return frozenset(
            scope
            for mapping in self._admin_mappings
            if mapping.body.get("issuer") == issuer and takes_part(mapping.body)
            for scope in admin_scopes(mapping.body)
        )

    @cached_property
    def _admin_mappings(self) -> tuple[StoredDocument, ...]:
        refs = [DocumentRef(Kind.MAPPING, id_) for id_ in self.pages.admin_mappings()]
        return tuple(state.document for state in self.writer.states(refs).values() if state.document)

    def _issuers(self) -> dict[str, JsonObject]:
        found: dict[str, JsonObject] = {}
        after: str | None = None
        while page := self.pages.page(Kind.ISSUER, after, PAGE):
            found |= {one.id: one.body for one in page}
            after = page[-1].id
            if len(page) < PAGE:
                break
        return found


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None


EVERYBODY = None
"""The tenant of what is shared."""
NOBODY = ""
"""The tenant of a mapping whose issuer is gone: no tenant has this name."""


class Refusal(Enum):
    """Why a write is not theirs."""

    TENANT = "tenant"
    SCOPES = "scopes"


class Rights(Struct, frozen=True):
    """Of one admin."""

    tenant: str | None
    """None: all tenants, and what is shared."""
    scopes: frozenset[str]

    def refusal(
        self, ref: DocumentRef, before: JsonObject | None, after: JsonObject | None, around: Surroundings
    ) -> Refusal | None:
        """Why the document may not become `after`; None on either side: it is not there. None: it may."""
        if self.tenant is not None and not self._is_own(ref, before, after, around):
            return Refusal.TENANT
        concerned = _given(ref, before) | _given(ref, after) | _taken(ref, before, after)
        concerned |= around.admins_by(ref.id) if ref.kind is Kind.ISSUER else frozenset()
        return None if concerned <= self.scopes else Refusal.SCOPES

    def sees(self, kind: Kind, body: JsonObject, around: Surroundings) -> bool:
        """Their own, and what is shared."""
        return self.tenant is None or tenant_of(kind, body, around) in (self.tenant, EVERYBODY)

    def _is_own(
        self, ref: DocumentRef, before: JsonObject | None, after: JsonObject | None, around: Surroundings
    ) -> bool:
        """The admin API's own Audience belongs to no tenant."""
        if ref == DocumentRef(Kind.AUDIENCE, ADMIN_AUDIENCE) or (ref.kind is Kind.ISSUER and around.admins_by(ref.id)):
            return False
        bodies = [body for body in (before, after) if body is not None]
        return all(tenant_of(ref.kind, body, around) == self.tenant for body in bodies)


def _given(ref: DocumentRef, body: JsonObject | None) -> frozenset[str]:
    """The scopes of the admin API that the document gives: to take them away is a right too."""
    return REGISTRY[ref.kind].gives(body) if body is not None else frozenset()


def _taken(ref: DocumentRef, before: JsonObject | None, after: JsonObject | None) -> frozenset[str]:
    """Scopes that no admin can have any more without the admin API's own Audience, or as it is to be."""
    if ref != DocumentRef(Kind.AUDIENCE, ADMIN_AUDIENCE) or before is None:
        return frozenset()
    kept = _scopes(after) if after is not None and after.get("enabled", True) is True else frozenset()
    return (_scopes(before) & frozenset(ADMIN_SCOPES)) - kept


def _scopes(body: JsonObject) -> frozenset[str]:
    scopes = body.get("scopes")
    return frozenset(one for one in scopes if isinstance(one, str)) if isinstance(scopes, list) else frozenset()


def tenant_of(kind: Kind, body: JsonObject, around: Surroundings) -> str | None:
    """The tenant of a document; EVERYBODY: shared."""
    tenancy = REGISTRY[kind].tenancy
    if tenancy is Tenancy.OF_ISSUER:
        return around.issuer_tenants.get(str(body.get("issuer")), NOBODY)
    return _text(body.get("tenant")) if tenancy is Tenancy.OWN else EVERYBODY
