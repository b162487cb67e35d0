"""The documents of a set that have the form of their kind, side by side."""

from collections.abc import Mapping as ReadOnly
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from federation.documents.schema.audience import AudienceDocument
from federation.documents.schema.client import ClientDocument
from federation.documents.schema.document import TrustDocument
from federation.documents.schema.issuer import IssuerDocument
from federation.documents.schema.mapping import MappingDocument
from federation.documents.schema.policy import PolicyDocument
from federation.documents.schema.zone import ZoneDocument
from federation.documents.source import STORED, SourceDocument
from federation.model.documents import StoredDocument
from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, Kind, Mapping

DocumentT_co = TypeVar("DocumentT_co", bound=TrustDocument, covariant=True)


@dataclass(frozen=True, slots=True)
class Written(Generic[DocumentT_co]):
    """A document in both of its forms: as checked, and as somebody wrote it, completed by its provider's preset."""

    document: DocumentT_co
    source: SourceDocument

    @property
    def body(self) -> JsonObject:
        """The JSON form, as it is stored."""
        if not isinstance(self.source.value, dict):
            raise TypeError("only a mapping of keys has the form of a document")
        return self.source.value

    @property
    def stored(self) -> StoredDocument:
        """As the token path would read it; its version is not known yet."""
        return StoredDocument(Kind(str(self.body["kind"])), self.document.id, 0, self.body)


@dataclass(frozen=True, slots=True)
class DocumentSet:
    """All documents of each kind by their id, in the order of the files."""

    issuers: ReadOnly[str, Written[IssuerDocument]] = field(default_factory=dict)
    mappings: ReadOnly[str, Written[MappingDocument]] = field(default_factory=dict)
    audiences: ReadOnly[str, Written[AudienceDocument]] = field(default_factory=dict)
    clients: ReadOnly[str, Written[ClientDocument]] = field(default_factory=dict)
    policies: ReadOnly[str, Written[PolicyDocument]] = field(default_factory=dict)
    zones: ReadOnly[str, Written[ZoneDocument]] = field(default_factory=dict)
    malformed: frozenset[DocumentRef] = frozenset()
    """Documents that are there but broken: naming one is no second mistake."""
    alongside: tuple[Mapping, ...] = ()
    """Stored mappings that are found where some of these will be."""

    @property
    def refs(self) -> tuple[DocumentRef, ...]:
        """Of the documents that are to be written: all but those that are stored already."""
        return tuple(
            DocumentRef(kind, id_)
            for kind, documents in self._kinds.items()
            for id_, written in documents.items()
            if written.source.file != STORED
        )

    def written(self, ref: DocumentRef) -> Written[TrustDocument]:
        """Raises KeyError where it is not there, or not well-formed."""
        return self._kinds[ref.kind][ref.id]

    @property
    def _kinds(self) -> dict[Kind, ReadOnly[str, Written[TrustDocument]]]:
        return {
            Kind.ZONE: self.zones,
            Kind.POLICY: self.policies,
            Kind.AUDIENCE: self.audiences,
            Kind.CLIENT: self.clients,
            Kind.ISSUER: self.issuers,
            Kind.MAPPING: self.mappings,
        }

    def knows_issuer(self, document_id: str) -> bool:
        """Whether the Issuer is there, well-formed or not."""
        return document_id in self.issuers or DocumentRef(Kind.ISSUER, document_id) in self.malformed

    @property
    def has_malformed_issuers(self) -> bool:
        """Whether there is an Issuer of which is not known what it is the issuer of."""
        return any(ref.kind is Kind.ISSUER for ref in self.malformed)

    def knows_client(self, document_id: str) -> bool:
        """Whether the Client is there, well-formed or not."""
        return document_id in self.clients or DocumentRef(Kind.CLIENT, document_id) in self.malformed

    def knows_audience(self, document_id: str) -> bool:
        """Whether the Audience is there, well-formed or not."""
        return document_id in self.audiences or DocumentRef(Kind.AUDIENCE, document_id) in self.malformed
