"""The form of each kind of trust document (DESIGN section 4), one file per kind."""

from federation.documents.schema.audience import AudienceDocument
from federation.documents.schema.client import ClientDocument
from federation.documents.schema.document import TrustDocument
from federation.documents.schema.issuer import IssuerDocument
from federation.documents.schema.mapping import MappingDocument
from federation.documents.schema.policy import PolicyDocument
from federation.documents.schema.zone import ZoneDocument
from federation.model.trust import Kind

SCHEMAS: dict[Kind, type[TrustDocument]] = {
    Kind.ISSUER: IssuerDocument,
    Kind.MAPPING: MappingDocument,
    Kind.AUDIENCE: AudienceDocument,
    Kind.CLIENT: ClientDocument,
    Kind.ZONE: ZoneDocument,
    Kind.POLICY: PolicyDocument,
}
"""Every kind that this version enforces and that people write."""
