"""Validated documents -> the trust table, through its port."""

from collections.abc import Iterator
from dataclasses import dataclass

from federation.admin.document_set import Written
from federation.admin.schema.document import TrustDocument
from federation.admin.validate import ValidatedSet
from federation.mapping.selectors import filed_under
from federation.model.documents import StoredDocument
from federation.model.trust import DocumentRef, DocumentVersion, Kind, Selector
from federation.ports import TrustWriter
from federation.verification.providers import provider_named


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply has changed."""

    created: tuple[DocumentVersion, ...]
    updated: tuple[DocumentVersion, ...]
    unchanged: tuple[DocumentRef, ...]


@dataclass(frozen=True, slots=True)
class _Change:
    """A document, where it belongs, and whether it must be written even if it reads the same."""

    ref: DocumentRef
    written: Written[TrustDocument]
    filed_under: Selector | None = None
    refile: bool = False


class TrustEditor:
    """Writes whole sets of documents. What the set does not name stays as it is."""

    def __init__(self, writer: TrustWriter) -> None:
        self._writer = writer

    def apply(self, validated: ValidatedSet) -> Applied:
        """Write every document that is new or changed, each atomically, none before what it names.

        Raises VersionConflict where somebody else wrote at the same time, and BucketFull; what was written until
        then stays, and applying again goes on from there.
        """
        created: list[DocumentVersion] = []
        updated: list[DocumentVersion] = []
        unchanged: list[DocumentRef] = []
        for change in self._changes(validated):
            stored = self._writer.get(change.ref)
            if stored and stored.body == change.written.body and not change.refile:
                unchanged.append(change.ref)
            else:
                (updated if stored else created).append(self._write(change))
        return Applied(tuple(created), tuple(updated), tuple(unchanged))

    def _changes(self, validated: ValidatedSet) -> Iterator[_Change]:
        documents = validated.documents
        refiled = {name for name, issuer in documents.issuers.items() if self._changes_provider(name, issuer)}
        for name, audience in documents.audiences.items():
            yield _Change(DocumentRef(Kind.AUDIENCE, name), audience)
        for name, issuer in documents.issuers.items():
            yield _Change(DocumentRef(Kind.ISSUER, name), issuer)
        for name, mapping in documents.mappings.items():
            names = provider_named(documents.issuers[mapping.document.issuer].document.provider).table.selectors
            place = filed_under(tuple(mapping.document.match.items()), names)
            yield _Change(DocumentRef(Kind.MAPPING, name), mapping, place, mapping.document.issuer in refiled)

    def _changes_provider(self, name: str, issuer: Written[TrustDocument]) -> bool:
        """Another provider files its mappings under other claims."""
        stored = self._writer.get(DocumentRef(Kind.ISSUER, name))
        return stored is not None and stored.body.get("provider") != issuer.body.get("provider")

    def _write(self, change: _Change) -> DocumentVersion:
        version = self._writer.next_version(change.ref)
        document = StoredDocument(change.ref.kind, change.ref.id, version, change.written.body)
        self._writer.put(document, change.filed_under)
        return DocumentVersion(change.ref, version)
