"""Where trust is written, page by page read, and remembered as it was."""

from collections.abc import Collection
from collections.abc import Mapping as ReadOnly
from typing import NamedTuple, Protocol, TypeAlias

from federation.model.documents import StoredDocument
from federation.model.history import Change, PastVersion
from federation.model.trust import DocumentRef, DocumentVersion, Kind, Selector


class VersionConflict(Exception):
    """A document moved since the version that the writer had seen."""


class RevisionMoved(VersionConflict):
    """Some document was written since the revision that the writer had seen."""


class BucketFull(Exception):
    """Too many mappings pin the same claim to the same value: one of them must pin a more selective claim."""


class DocumentState(NamedTuple):
    """What there is of a document."""

    version: int = 0
    """0: it was never written."""
    document: StoredDocument | None = None
    """None: it was never written, or was deleted with that version."""
    kept: object = None
    """What lies in the store, as its own adapter read it; None, where something does: a write reads it."""


Seen: TypeAlias = ReadOnly[DocumentRef, DocumentState]
"""Documents as they were read before."""


class TrustWriter(Protocol):
    """Where validated documents are written.

    Versions start at 1 and grow by one with every write, deletion included. They never start again, so an id that was
    deleted and written anew is not taken for its predecessor by anybody who still remembers that.
    """

    def get(self, ref: DocumentRef) -> StoredDocument | None:
        """A strongly consistent read."""
        ...

    def states(self, refs: Collection[DocumentRef]) -> ReadOnly[DocumentRef, DocumentState]:
        """Every one of `refs`, strongly consistent, in one read for every hundred; raises CorruptDocument."""
        ...

    def put(
        self,
        document: StoredDocument,
        filed_under: Selector | None,
        change: Change | None,
        *,
        revision: int | None = None,
        rests_on: Collection[DocumentVersion] = (),
        seen: Seen | None = None,
    ) -> None:
        """Write `document` and its history if its version is the next one, else raise VersionConflict.

        A Mapping is refiled in the same transaction: under `filed_under`, or among its issuer's patterns for None;
        a disabled one is filed nowhere. Raises BucketFull. `change`: None for the key set alone, which has no history.
        `revision`: write only while nothing else was written since, else raise RevisionMoved. `rests_on`: and only
        while each of these is the current version, 0 for what is not there; else raise RevisionMoved as well.
        `seen`: the document and what it rests on, which are not read again: the write holds only while they are so.
        """
        ...

    def delete(
        self,
        ref: DocumentRef,
        version: int,
        change: Change,
        *,
        revision: int | None = None,
        seen: Seen | None = None,
    ) -> None:
        """Remove the document, which is a version too, if `version` is current, else raise VersionConflict."""
        ...


class History(Protocol):
    """What documents said before."""

    def history(self, ref: DocumentRef, before: int | None, limit: int) -> tuple[PastVersion, ...]:
        """Versions below `before` (None: all), at most `limit`, newest first; as many reads, whatever there is.

        None of the key set. Raises CorruptDocument where the record of one is missing or does not fit.
        """
        ...


class DocumentPages(Protocol):
    """All documents of a kind, in pages, and what hangs together. Strongly consistent."""

    def page(self, kind: Kind, after: str | None, limit: int) -> tuple[StoredDocument, ...]:
        """At most `limit` documents that follow the id `after` (None: the first) in an order that never changes.

        Fewer than `limit`: these are the last. One that is corrupt is left out and reported.
        """
        ...

    def revision(self) -> int:
        """How many writes of documents there were."""
        ...

    def mappings_of(self, issuer: str, after: str | None, limit: int) -> tuple[str, ...]:
        """Ids of mappings that name the Issuer, disabled ones included, sorted, behind `after`; one read."""
        ...

    def naming(self, ref: DocumentRef, kind: Kind, after: str | None, limit: int) -> tuple[str, ...]:
        """Ids of documents of that kind that name `ref`, sorted, behind `after`; one read.

        Every one that does, and perhaps one that did before.
        """
        ...

    def owned(self, kind: Kind, tenant: str | None, after: str | None, limit: int) -> tuple[str, ...]:
        """Ids of policies, issuers or clients of the tenant, None: of everybody's, sorted, behind `after`; one read.

        Every one that there is, and perhaps one that was never written or has moved.
        """
        ...

    def admin_mappings(self) -> tuple[str, ...]:
        """Ids of enabled mappings that grant anything at the admin API, all of them, sorted."""
        ...

    def pending_mappings(self) -> tuple[str, ...]:
        """Ids of enabled mappings that wait for a second admin, all of them, sorted."""
        ...
