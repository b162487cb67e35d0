"""The documents of a set that have the form of their kind, and what a write will do to each."""

from collections.abc import Iterator
from collections.abc import Mapping as ReadOnly
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from msgspec import Struct, field

from federation.documents.registry import REGISTRY, Tenancy
from federation.documents.schema.audience import AudienceDocument
from federation.documents.schema.client import ClientDocument
from federation.documents.schema.document import TrustDocument
from federation.documents.schema.issuer import IssuerDocument
from federation.documents.schema.mapping import MappingDocument
from federation.documents.schema.policy import PolicyDocument, ZoneDocument
from federation.documents.source import STORED, SourceDocument
from federation.model.confirmation import as_written, confirmed_issuer, is_pending
from federation.model.documents import StoredDocument
from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, DocumentVersion, Kind, Lives, Mapping, Selector, is_meant
from federation.ports import DocumentState, Seen

Action: TypeAlias = Literal["create", "update", "delete", "unchanged"]


class Planned(Struct, frozen=True):
    """What is to become of a document."""

    ref: DocumentRef
    body: JsonObject | None
    """None: it is to go."""
    state: DocumentState
    """What there is now."""
    filed_under: Selector | None = None
    refile: bool = False
    """Whether it must be written even if it reads the same."""
    issuer: str | None = None
    """URL of the issuer that a mapping is for."""
    lives: Lives = field(default_factory=dict)
    """The documents that it names."""
    rests_on: tuple[DocumentVersion, ...] = ()
    """As which versions they were looked at, 0 for what is not there: the write holds only with these."""
    named: Seen = field(default_factory=dict)
    """What was read of them."""

    @property
    def action(self) -> Action:
        """What has to be done."""
        stored = self.state.document
        if self.body is None:
            return "delete" if stored else "unchanged"
        if stored is None:
            return "create"
        return "unchanged" if self._is_in(stored, self.body) else "update"

    @property
    def version(self) -> int:
        """That of the document afterwards."""
        return self.state.version + (self.action != "unchanged")

    @property
    def pending(self) -> bool:
        """Whether a second admin must confirm it afterwards."""
        stored = self.state.document
        body = stored.body if stored and self.action == "unchanged" else self.body
        return body is not None and is_pending(body)

    def _is_in(self, stored: StoredDocument, body: JsonObject) -> bool:
        """Whether the stored version is this already, and confirmed for no other issuer."""
        if self.refile or as_written(stored.body) != body or self._names_others(stored):
            return False
        try:
            return confirmed_issuer(stored.body) in (None, self.issuer)
        except TypeError:  # what cannot be read confirms nothing
            return False

    def _names_others(self, stored: StoredDocument) -> bool:
        """Whether an id that it names was deleted and written anew since, so that the stored version means nothing."""
        return not all(is_meant(stored.lives, ref, since) for ref, since in self.lives.items())


DocumentT_co = TypeVar("DocumentT_co", bound=TrustDocument, covariant=True)


class Written(Struct, Generic[DocumentT_co], frozen=True):
    """A document in both of its forms: as checked, and as it was written, completed by its provider's preset."""

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


class DocumentSet(Struct, frozen=True):
    """All documents of each kind by their id, in the order of the files."""

    by_kind: ReadOnly[Kind, ReadOnly[str, Written[Any]]] = field(default_factory=dict)
    malformed: frozenset[DocumentRef] = frozenset()
    """Documents that are there but broken: naming one is no second mistake."""
    alongside: tuple[Mapping, ...] = ()
    """Stored mappings that are found where some of these will be."""

    @property
    def issuers(self) -> ReadOnly[str, Written[IssuerDocument]]:
        """By id."""
        return self.by_kind.get(Kind.ISSUER, {})

    @property
    def mappings(self) -> ReadOnly[str, Written[MappingDocument]]:
        """By id."""
        return self.by_kind.get(Kind.MAPPING, {})

    @property
    def audiences(self) -> ReadOnly[str, Written[AudienceDocument]]:
        """By id."""
        return self.by_kind.get(Kind.AUDIENCE, {})

    @property
    def clients(self) -> ReadOnly[str, Written[ClientDocument]]:
        """By id."""
        return self.by_kind.get(Kind.CLIENT, {})

    @property
    def policies(self) -> ReadOnly[str, Written[PolicyDocument]]:
        """By id."""
        return self.by_kind.get(Kind.POLICY, {})

    @property
    def zones(self) -> ReadOnly[str, Written[ZoneDocument]]:
        """By id."""
        return self.by_kind.get(Kind.ZONE, {})

    @property
    def every(self) -> Iterator[tuple[DocumentRef, Written[TrustDocument]]]:
        """Every document that is well-formed, the stored ones included."""
        for kind, documents in self.by_kind.items():
            yield from ((DocumentRef(kind, id_), written) for id_, written in documents.items())

    @property
    def refs(self) -> tuple[DocumentRef, ...]:
        """Of the documents that are to be written: all but those that are stored already."""
        return tuple(ref for ref, written in self.every if written.source.file != STORED)

    def find(self, ref: DocumentRef) -> Written[TrustDocument] | None:
        """None: it is not there, or not well-formed."""
        return self.by_kind.get(ref.kind, {}).get(ref.id)

    def written(self, ref: DocumentRef) -> Written[TrustDocument]:
        """Raises KeyError where it is not there, or not well-formed."""
        return self.by_kind[ref.kind][ref.id]

    def knows(self, ref: DocumentRef) -> bool:
        """Whether the document is there, well-formed or not."""
        return self.find(ref) is not None or ref in self.malformed

    @property
    def has_malformed_issuers(self) -> bool:
        """Whether there is an Issuer of which is not known what it is the issuer of."""
        return any(ref.kind is Kind.ISSUER for ref in self.malformed)

    def tenant_of(self, ref: DocumentRef) -> str | None:
        """The document's tenant, None: shared; raises KeyError where what says so is not known."""
        tenancy, document = REGISTRY[ref.kind].tenancy, self.written(ref).document
        if tenancy is Tenancy.SHARED:
            return None
        if tenancy is Tenancy.OF_ISSUER:
            return self.tenant_of(DocumentRef(Kind.ISSUER, self.mappings[ref.id].document.issuer))
        return getattr(document, "tenant", None)
