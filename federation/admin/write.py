"""Validated documents -> the trust table, through its port."""

from collections.abc import Iterator
from dataclasses import dataclass

from federation.admin.document_set import Written
from federation.admin.schema.document import TrustDocument
from federation.admin.validate import ValidatedSet
from federation.mapping.selectors import filed_under
from federation.model.confirmation import as_written, confirmed_issuer, is_pending
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
    pending: tuple[DocumentVersion, ...] = ()
    """Of all these, what holds for nobody until a second admin has confirmed that version."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A document, where it belongs, and whether it must be written even if it reads the same."""

    ref: DocumentRef
    written: Written[TrustDocument]
    filed_under: Selector | None = None
    refile: bool = False
    issuer: str | None = None
    """URL of the issuer that a mapping is for."""

    def is_in(self, stored: StoredDocument) -> bool:
        """Whether the stored version is this already, and confirmed for no other issuer."""
        if self.refile or as_written(stored.body) != self.written.body:
            return False
        try:
            return confirmed_issuer(stored.body) in (None, self.issuer)
        except TypeError:  # what nobody can read confirms nothing
            return False


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
        unchanged: list[DocumentVersion] = []
        pending: list[DocumentVersion] = []
        for change in self._changes(validated):
            before = self._writer.get(change.ref)
            after = before if before and change.is_in(before) else self._write(change)
            version = DocumentVersion(change.ref, after.version)
            (created if before is None else unchanged if after is before else updated).append(version)
            pending += [version] if is_pending(after.body) else []
        return Applied(tuple(created), tuple(updated), tuple(each.ref for each in unchanged), tuple(pending))

    def _changes(self, validated: ValidatedSet) -> Iterator[_Change]:
        documents = validated.documents
        refiled = {name for name, issuer in documents.issuers.items() if self._changes_provider(name, issuer)}
        # What takes away comes first, so that no grant holds for a moment without it.
        for name, zone in documents.zones.items():
            yield _Change(DocumentRef(Kind.ZONE, name), zone)
        for name, policy in documents.policies.items():
            yield _Change(DocumentRef(Kind.POLICY, name), policy)
        for name, audience in documents.audiences.items():
            yield _Change(DocumentRef(Kind.AUDIENCE, name), audience)
        for name, issuer in documents.issuers.items():
            yield _Change(DocumentRef(Kind.ISSUER, name), issuer)
        for name, client in documents.clients.items():
            yield _Change(DocumentRef(Kind.CLIENT, name), client)
        for name, mapping in documents.mappings.items():
            trusted = documents.issuers[mapping.document.issuer].document
            place = filed_under(tuple(mapping.document.match.items()), provider_named(trusted.provider).table.selectors)
            refile = mapping.document.issuer in refiled
            yield _Change(DocumentRef(Kind.MAPPING, name), mapping, place, refile, trusted.issuer)

    def _changes_provider(self, name: str, issuer: Written[TrustDocument]) -> bool:
        """Another provider files its mappings under other claims."""
        stored = self._writer.get(DocumentRef(Kind.ISSUER, name))
        return stored is not None and stored.body.get("provider") != issuer.body.get("provider")

    def _write(self, change: _Change) -> StoredDocument:
        version = self._writer.next_version(change.ref)
        document = StoredDocument(change.ref.kind, change.ref.id, version, change.written.body)
        self._writer.put(document, change.filed_under)
        return document
