"""A second admin's yes to a dangerous document (ATTACKS E10)."""

from federation.documents.document_set import Planned
from federation.mapping.match import filed_under
from federation.model.confirmation import CONFIRMATION, Confirmation, is_pending
from federation.model.documents import StoredDocument, decode_issuer, decode_mapping
from federation.model.history import Change
from federation.model.trust import DocumentRef, DocumentVersion, Issuer, Kind, Mapping, is_meant
from federation.ports import DocumentState, TrustWriter
from federation.verification.providers import provider_named


class CannotConfirm(Exception):
    """Nothing was changed; the message says why, and what to do."""


class OwnDocument(CannotConfirm):
    """Who had a hand in the document is not who may confirm it: it takes two admins."""


class Confirmer:
    """Turns a pending version into the next one, which says the same and holds."""

    def __init__(self, writer: TrustWriter) -> None:
        self._writer = writer

    def confirm(self, wanted: DocumentVersion, change: Change, revision: int | None = None) -> DocumentVersion:
        """The version that holds now; `revision`: only while that is the revision of trust.

        Raises as `planned` does, VersionConflict where another admin wrote at the same time, and BucketFull.
        """
        planned = self.planned(wanted, change)
        confirmed = StoredDocument(*wanted.ref, planned.version, planned.body or {}, lives=planned.lives)
        self._writer.put(confirmed, planned.filed_under, change, revision=revision, rests_on=planned.rests_on)
        return DocumentVersion(wanted.ref, confirmed.version)

    def planned(self, wanted: DocumentVersion, change: Change) -> Planned:
        """What there is to write. `change`: who confirms it, and why.

        Raises OwnDocument for who wrote it, CannotConfirm unless `wanted` is the current version and pending, and
        CorruptDocument.
        """
        pending = self._pending(wanted)
        if pending.change and pending.change.hands & change.hands:
            raise OwnDocument("Somebody else than who wrote this version must confirm it.")
        mapping = decode_mapping(pending)
        issuer = self._issuer(mapping)
        if not is_meant(pending.lives, issuer.document.ref, issuer.since):
            raise CannotConfirm(f"Its Issuer {issuer.id} was deleted and written anew; write the Mapping again.")
        confirmation = Confirmation(wanted.version, issuer.issuer, change.request, change.why, change.when)
        body = {**pending.body, CONFIRMATION: confirmation.body}
        place = filed_under(mapping.match, provider_named(issuer.provider).table.selectors)
        state = DocumentState(pending.version, pending)
        return Planned(
            wanted.ref, body, state, place, issuer=issuer.issuer, lives=pending.lives, rests_on=(issuer.document,)
        )

    def _pending(self, wanted: DocumentVersion) -> StoredDocument:
        stored = self._writer.get(wanted.ref)
        if stored is None:
            raise CannotConfirm("There is no such document.")
        if stored.version != wanted.version:
            raise CannotConfirm(f"Version {stored.version} is the current one; read what it says, then confirm that.")
        if wanted.ref.kind is not Kind.MAPPING or not is_pending(stored.body):
            raise CannotConfirm("This version waits for nobody.")
        return stored

    def _issuer(self, mapping: Mapping) -> Issuer:
        stored = self._writer.get(DocumentRef(Kind.ISSUER, mapping.issuer))
        if stored is None:
            raise CannotConfirm(f"Its Issuer {mapping.issuer} is gone.")
        return decode_issuer(stored)
