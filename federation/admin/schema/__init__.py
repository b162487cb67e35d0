"""The form of each kind of trust document (DESIGN section 4), one file per kind."""

from federation.admin.schema.audience import AudienceDocument
from federation.admin.schema.document import TrustDocument
from federation.admin.schema.issuer import IssuerDocument
from federation.admin.schema.mapping import MappingDocument
from federation.model.trust import Kind

SCHEMAS: dict[Kind, type[TrustDocument]] = {
    Kind.ISSUER: IssuerDocument,
    Kind.MAPPING: MappingDocument,
    Kind.AUDIENCE: AudienceDocument,
}
"""Every kind that this version enforces and that people write."""
