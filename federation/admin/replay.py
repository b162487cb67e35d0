"""Trust is brought forward again, from the moment to which its table was restored, by what the audit table recorded.

Every version is written anew under its own number, by its own author, at its own time. So the record of it comes out
as it was, and what remembers a version is right about it.
"""

from collections.abc import Mapping as ReadOnly
from typing import NamedTuple

from msgspec import Struct

from federation.audit.trust_change import TRUST_CHANGED, version_recorded
from federation.documents.registry import REGISTRY, references
from federation.mapping.match import filed_under
from federation.model.documents import StoredDocument, decode_issuer, decode_mapping
from federation.model.history import PastVersion
from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, DocumentVersion, Kind, Selector
from federation.ports import AuditRecords, DocumentState, TrustWriter
from federation.verification.providers import provider_named

MOST = 10_000
"""Versions at once."""


class TooMuch(Exception):
    """More was written than is brought forward at once: begin later, and nothing is left out."""


class Replayed(NamedTuple):
    """`missing`: their next version is in no record, so what came after it was not written."""

    written: tuple[DocumentVersion, ...]
    missing: tuple[DocumentVersion, ...]


class TrustReplay(Struct, frozen=True):
    """Goes on where it was interrupted: what is there already is left alone."""

    writer: TrustWriter
    records: AuditRecords

    def run(self, since: int, until: int) -> Replayed:
        """Seconds since the epoch. Raises TooMuch, VersionConflict, CorruptDocument, TemporarilyUnavailable."""
        recorded = self.records.filed(None, since, until, MOST + 1, tokens=False)
        if len(recorded) > MOST:
            raise TooMuch
        left = sorted((_past(one) for one in recorded if one.get("outcome") == TRUST_CHANGED), key=_in_order)
        written: list[DocumentVersion] = []
        while True:
            done = [past for past in left if self._bring_forward(past)]
            written += [DocumentVersion(past.ref, past.version) for past in done]
            left = [past for past in left if past not in done]
            if not done:
                break
        ahead = (DocumentVersion(past.ref, past.version) for past in left if self._version(past.ref) < past.version)
        return Replayed(tuple(written), tuple(ahead))

    def _bring_forward(self, past: PastVersion) -> bool:
        """False: it is there already, or the one before it is not."""
        current = self._version(past.ref)
        if current != past.version - 1:
            return False
        if past.body is None:
            self.writer.delete(past.ref, current, past.change)
            return True
        named = tuple(dict.fromkeys(one.ref for one in references(past.ref.kind, past.body)))
        states = self.writer.states({*named})
        lives = {ref: 0 if stored is None else stored.since for ref in named for stored in [states[ref].document]}
        document = StoredDocument(*past.ref, past.version, past.body, lives=lives)
        self.writer.put(document, _place(document, states), past.change)
        return True

    def _version(self, ref: DocumentRef) -> int:
        return self.writer.states({ref})[ref].version


def _past(record: JsonObject) -> PastVersion:
    ref = DocumentRef(Kind(str(record["kind"])), str(record["id"]))
    return version_recorded(ref, int(str(record["version"])), record)


def _in_order(past: PastVersion) -> tuple[str, int, int]:
    """As they were written; of the same moment none before what it names."""
    row = REGISTRY[past.ref.kind]
    return (
        past.change.when,
        row.write_order if past.body is not None else len(REGISTRY) + row.delete_order,
        past.version,
    )


def _place(document: StoredDocument, states: ReadOnly[DocumentRef, DocumentState]) -> Selector | None:
    """Where a mapping is found: by its issuer's provider, as it is at that point."""
    if document.kind is not Kind.MAPPING:
        return None
    mapping = decode_mapping(document)
    issuer = states[DocumentRef(Kind.ISSUER, mapping.issuer)].document
    if issuer is None:
        return None
    return filed_under(mapping.match, provider_named(decode_issuer(issuer).provider).table.selectors)
