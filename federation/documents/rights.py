"""What an admin may write and see: their own tenant's documents, and no more rights than they have (ATTACKS O2)."""

from enum import Enum

from msgspec import Struct

from federation.documents.registry import REGISTRY, Tenancy
from federation.documents.surroundings import Surroundings
from federation.model.admin import ADMIN_AUDIENCE
from federation.model.json import Json, JsonObject
from federation.model.trust import DocumentRef, Kind

EVERYBODY = None
"""The tenant of what is shared."""
NOBODY = ""
"""The tenant of a mapping whose issuer is gone: whoever knows one knows that it is no tenant's."""


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
        given = REGISTRY[ref.kind].gives(after) if after is not None else frozenset()
        granted = given | (around.admins_by(ref.id) if ref.kind is Kind.ISSUER else frozenset())
        return None if granted <= self.scopes else Refusal.SCOPES

    def sees(self, kind: Kind, body: JsonObject, around: Surroundings) -> bool:
        """Their own, and what is shared."""
        return self.tenant is None or tenant_of(kind, body, around) in (self.tenant, EVERYBODY)

    def _is_own(
        self, ref: DocumentRef, before: JsonObject | None, after: JsonObject | None, around: Surroundings
    ) -> bool:
        """What every admin comes in by is nobody's own."""
        if ref == DocumentRef(Kind.AUDIENCE, ADMIN_AUDIENCE) or (ref.kind is Kind.ISSUER and around.admins_by(ref.id)):
            return False
        bodies = [body for body in (before, after) if body is not None]
        return all(tenant_of(ref.kind, body, around) == self.tenant for body in bodies)


def tenant_of(kind: Kind, body: JsonObject, around: Surroundings) -> str | None:
    """Whose a document is; EVERYBODY: shared."""
    tenancy = REGISTRY[kind].tenancy
    if tenancy is Tenancy.OF_ISSUER:
        return around.issuer_tenants.get(str(body.get("issuer")), NOBODY)
    return _text(body.get("tenant")) if tenancy is Tenancy.OWN else EVERYBODY


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None
