"""What has to be known of other documents before one may be written: read when it is asked for, and once."""

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct, field

from federation.documents.checks.stored import PAGE
from federation.model.admin import admin_scopes
from federation.model.confirmation import takes_part
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
        """Issuer id -> whose it is, or will be; None: everybody's."""
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
