"""The form of each kind of trust document (DESIGN section 4), one file per kind."""

from federation.admin.schema.audience import AudienceDocument
from federation.admin.schema.client import ClientDocument
from federation.admin.schema.document import TrustDocument
from federation.admin.schema.issuer import IssuerDocument
from federation.admin.schema.mapping import MappingDocument
from federation.admin.schema.policy import PolicyDocument
from federation.admin.schema.zone import ZoneDocument
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
