"""Whose something is that a revocation names."""

from msgspec import Struct

from federation.documents.rights import NOBODY, Surroundings, tenant_of
from federation.model.identity import issuer_in
from federation.model.json import JsonObject
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.trust import DocumentRef, Kind
from federation.policy.build_authorization import HARD_CAP
from federation.ports import AuditRecords, Clock, DocumentPages, TrustWriter

LOOKED_AT = 100
"""Tokens of a chain."""

_KINDS = {
    RevocationTarget.CLIENT: Kind.CLIENT,
    RevocationTarget.ISSUER: Kind.ISSUER,
    RevocationTarget.MAPPING: Kind.MAPPING,
}


class Owners(Struct, frozen=True):
    """As documents and the audit trail have it."""

    pages: DocumentPages
    writer: TrustWriter
    records: AuditRecords
    clock: Clock

    def tenant_of(self, key: RevocationKey) -> str | None:
        """None: it is unknown, or has no tenant."""
        if key.what is RevocationTarget.JTI:
            record = self.records.record(key.value)
            return _tenant(record) if record else None
        if key.what is RevocationTarget.TXN:
            return self._of_chain(key)
        if key.what is RevocationTarget.SUBJECT:
            return self._of_document(DocumentRef(Kind.ISSUER, issuer_in(key)))
        return self._of_document(DocumentRef(_KINDS[key.what], key.value)) if key.what in _KINDS else key.tenant

    def _of_chain(self, key: RevocationKey) -> str | None:
        """Of the tokens of it that may still be alive; all of them are one tenant's, or it has none."""
        since = int(self.clock.now()) - HARD_CAP
        tenants = {_tenant(record) for record in self.records.page(since, key, None, LOOKED_AT, tokens=True).records}
        return tenants.pop() if len(tenants) == 1 else None

    def _of_document(self, ref: DocumentRef) -> str | None:
        stored = self.writer.get(ref)
        if stored is None:
            return None
        return tenant_of(stored.kind, stored.body, Surroundings(self.pages, self.writer)) or None


def _tenant(record: JsonObject) -> str | None:
    tenant = record.get("tenant")
    return tenant if isinstance(tenant, str) and tenant != NOBODY else None
