"""What one request reads of trust, each thing once: all of its checks see the same, and ask the table no more often."""

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from typing import TypeVar, cast

from federation.documents.registry import REGISTRY
from federation.model.documents import StoredDocument
from federation.model.history import Change
from federation.model.policy import PolicyDocuments
from federation.model.trust import DocumentRef, DocumentVersion, Kind, Mapping, Selector
from federation.ports import AllPolicies, DocumentPages, DocumentState, MappingIndex, TrustWriter

PAGE = 500

_T = TypeVar("_T")


class TrustView:
    """DocumentPages, MappingIndex, AllPolicies and TrustWriter; a write makes it forget what it has read."""

    def __init__(self, pages: DocumentPages, writer: TrustWriter, index: MappingIndex, policies: AllPolicies) -> None:
        self._pages = pages
        self._writer = writer
        self._index = index
        self._policies = policies
        self._read: dict[Hashable, object] = {}
        self._states: dict[DocumentRef, DocumentState] = {}

    def get(self, ref: DocumentRef) -> StoredDocument | None:
        """Raises CorruptDocument."""
        return self.states((ref,))[ref].document

    def states(self, refs: Collection[DocumentRef]) -> dict[DocumentRef, DocumentState]:
        """Raises CorruptDocument."""
        if unknown := {ref for ref in refs if ref not in self._states}:
            self._states.update(self._writer.states(unknown))
        return {ref: self._states[ref] for ref in refs}

    def page(self, kind: Kind, after: str | None, limit: int) -> tuple[StoredDocument, ...]:
        """Of a kind of which there are few all are read at once."""
        if not REGISTRY[kind].few:
            return self._once((kind, after, limit), lambda: self._pages.page(kind, after, limit))
        every = self._once(kind, lambda: tuple(self._every(kind)))
        place = next((number for number, one in enumerate(every, start=1) if one.id == after), 0)
        return every[place : place + limit]

    def revision(self) -> int:
        """As it is now."""
        return self._pages.revision()

    def mappings_of(self, issuer: str, after: str | None, limit: int) -> tuple[str, ...]:
        """As the table has it."""
        return self._once(("mappings of", issuer, after, limit), lambda: self._pages.mappings_of(issuer, after, limit))

    def naming(self, ref: DocumentRef, kind: Kind, after: str | None, limit: int) -> tuple[str, ...]:
        """As the table has it."""
        return self._once(("naming", ref, kind, after, limit), lambda: self._pages.naming(ref, kind, after, limit))

    def owned(self, kind: Kind, tenant: str | None, after: str | None, limit: int) -> tuple[str, ...]:
        """As the table has it."""
        key = ("owned", kind, tenant, after, limit)
        return self._once(key, lambda: self._pages.owned(kind, tenant, after, limit))

    def admin_mappings(self) -> tuple[str, ...]:
        """As the table has it."""
        return self._once("admin mappings", self._pages.admin_mappings)

    def pending_mappings(self) -> tuple[str, ...]:
        """As the table has it."""
        return self._once("pending mappings", self._pages.pending_mappings)

    def exact(self, issuer: str, selectors: Sequence[Selector]) -> tuple[Mapping, ...]:
        """As the table has it."""
        return self._once(("exact", issuer, *selectors), lambda: self._index.exact(issuer, selectors))

    def patterns(self, issuer: str) -> tuple[Mapping, ...]:
        """As the table has it."""
        return self._once(("patterns", issuer), lambda: self._index.patterns(issuer))

    def policies(self) -> PolicyDocuments:
        """Raises TemporarilyUnavailable if any of them cannot be read."""
        return self._once("policies", self._policies.policies)

    def put(
        self,
        document: StoredDocument,
        filed_under: Selector | None,
        change: Change | None,
        *,
        revision: int | None = None,
        rests_on: Collection[DocumentVersion] = (),
    ) -> None:
        """As the table does."""
        self._forget()
        self._writer.put(document, filed_under, change, revision=revision, rests_on=rests_on)

    def delete(self, ref: DocumentRef, version: int, change: Change, *, revision: int | None = None) -> None:
        """As the table does."""
        self._forget()
        self._writer.delete(ref, version, change, revision=revision)

    def _every(self, kind: Kind) -> Iterator[StoredDocument]:
        after: str | None = None
        while page := self._pages.page(kind, after, PAGE):
            self._states.update(
                {DocumentRef(kind, one.id): DocumentState(one.version, one) for one in page if one.change is not None}
            )
            yield from page
            after = page[-1].id
            if len(page) < PAGE:
                return

    def _once(self, what: Hashable, read: Callable[[], _T]) -> _T:
        if what not in self._read:
            self._read[what] = read()
        return cast("_T", self._read[what])

    def _forget(self) -> None:
        self._read.clear()
        self._states.clear()
