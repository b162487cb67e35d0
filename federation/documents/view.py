"""What requests read of trust, each thing once: all checks of one see the same, and ask the table no more often.

A view is good for as long as nothing else is written: the revision of trust says so, which every write of a document
moves. What a write by the view itself could have changed is read again, and nothing else.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Sequence
from typing import Any, TypeAlias, TypeVar, cast

from msgspec import Struct

from federation.documents.registry import REGISTRY
from federation.model.confirmation import admin_scopes, is_enabled_and_pending
from federation.model.documents import StoredDocument
from federation.model.history import Change
from federation.model.json import JsonObject
from federation.model.policy import IN_POLICY_SET, PolicyDocuments
from federation.model.trust import DocumentRef, DocumentVersion, Kind, Mapping, Selector
from federation.ports import AllPolicies, DocumentPages, DocumentState, MappingIndex, Seen, TrustWriter

PAGE = 500

_T = TypeVar("_T")


class _Write(Struct, frozen=True):
    """Of one document."""

    ref: DocumentRef
    body: JsonObject
    """What it says from now on; empty: it is gone."""
    filed_under: Selector | None


_Touched: TypeAlias = Callable[[_Write, Collection[str]], bool]
"""Whether a write could change what was read, in which these ids are."""


class _Read(Struct, frozen=True):
    """What was read once."""

    found: Any
    ids: frozenset[str]
    touched: _Touched


class TrustView:
    """DocumentPages, MappingIndex, AllPolicies and TrustWriter. For one request at a time."""

    def __init__(self, pages: DocumentPages, writer: TrustWriter, index: MappingIndex, policies: AllPolicies) -> None:
        self._pages = pages
        self._writer = writer
        self._index = index
        self._policies = policies
        self._read: dict[Hashable, _Read] = {}
        self._states: dict[DocumentRef, DocumentState] = {}

    def __len__(self) -> int:
        """How many things it remembers."""
        return len(self._states) + sum(len(one.found) for one in self._read.values() if isinstance(one.found, tuple))

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
        touched = _of_kind(kind)
        if not REGISTRY[kind].few:
            return self._once(("page", kind, after, limit), lambda: self._pages.page(kind, after, limit), touched)
        every = self._once(("every", kind), lambda: tuple(self._every(kind)), touched)
        place = next((number for number, one in enumerate(every, start=1) if one.id == after), 0)
        return every[place : place + limit]

    def revision(self) -> int:
        """As it is now."""
        return self._pages.revision()

    def mappings_of(self, issuer: str, after: str | None, limit: int) -> tuple[str, ...]:
        """As the table has it."""
        key = ("mappings of", issuer, after, limit)
        return self._once(key, lambda: self._pages.mappings_of(issuer, after, limit), _of_kind(Kind.MAPPING))

    def naming(self, ref: DocumentRef, kind: Kind, after: str | None, limit: int) -> tuple[str, ...]:
        """As the table has it."""
        key = ("naming", ref, kind, after, limit)
        return self._once(key, lambda: self._pages.naming(ref, kind, after, limit), _of_kind(kind))

    def owned(self, kind: Kind, tenant: str | None, after: str | None, limit: int) -> tuple[str, ...]:
        """As the table has it."""
        key = ("owned", kind, tenant, after, limit)
        return self._once(key, lambda: self._pages.owned(kind, tenant, after, limit), _of_kind(kind))

    def admin_mappings(self) -> tuple[str, ...]:
        """As the table has it."""
        return self._once("admin mappings", self._pages.admin_mappings, _in_list(admin_scopes), frozenset)

    def pending_mappings(self) -> tuple[str, ...]:
        """As the table has it."""
        return self._once("pending mappings", self._pages.pending_mappings, _in_list(is_enabled_and_pending), frozenset)

    def exact(self, issuer: str, selectors: Sequence[Selector]) -> tuple[Mapping, ...]:
        """As the table has it."""
        touched = _filed(issuer, frozenset(selectors))
        return self._once(("exact", issuer, *selectors), lambda: self._index.exact(issuer, selectors), touched, _ids)

    def patterns(self, issuer: str) -> tuple[Mapping, ...]:
        """As the table has it."""
        touched = _filed(issuer, frozenset((None,)))
        return self._once(("patterns", issuer), lambda: self._index.patterns(issuer), touched, _ids)

    def policies(self) -> PolicyDocuments:
        """Raises TemporarilyUnavailable if any of them cannot be read."""
        return self._once("policies", self._policies.policies, _of_kind(*IN_POLICY_SET))

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
        """As the table does."""
        self._forget(_Write(DocumentRef(document.kind, document.id), document.body, filed_under))
        self._writer.put(document, filed_under, change, revision=revision, rests_on=rests_on, seen=seen)

    def delete(
        self,
        ref: DocumentRef,
        version: int,
        change: Change,
        *,
        revision: int | None = None,
        seen: Seen | None = None,
    ) -> None:
        """As the table does."""
        self._forget(_Write(ref, {}, None))
        self._writer.delete(ref, version, change, revision=revision, seen=seen)

    def _every(self, kind: Kind) -> Iterator[StoredDocument]:
        after: str | None = None
        while page := self._pages.page(kind, after, PAGE):
            found = {
                DocumentRef(kind, one.id): DocumentState(one.version, one) for one in page if one.change is not None
            }
            self._states = found | self._states
            yield from page
            after = page[-1].id
            if len(page) < PAGE:
                return

    def _once(
        self,
        what: Hashable,
        read: Callable[[], _T],
        touched: _Touched,
        ids: Callable[[_T], frozenset[str]] = lambda _: frozenset(),
    ) -> _T:
        if what not in self._read:
            found = read()
            self._read[what] = _Read(found, ids(found), touched)
        return cast("_T", self._read[what].found)

    def _forget(self, write: _Write) -> None:
        self._states.pop(write.ref, None)
        self._read = {what: one for what, one in self._read.items() if not one.touched(write, one.ids)}


def _of_kind(*kinds: Kind) -> _Touched:
    """Every write of a document of that kind."""
    return lambda write, _: write.ref.kind in kinds


def _in_list(belongs: Callable[[JsonObject], object]) -> _Touched:
    """A write of a mapping whose id is in the list, or will be."""
    return lambda write, ids: write.ref.kind is Kind.MAPPING and (write.ref.id in ids or bool(belongs(write.body)))


def _filed(issuer: str, places: frozenset[Selector | None]) -> _Touched:
    """A write of a mapping that lies in one of these places, or will."""

    def touched(write: _Write, ids: Collection[str]) -> bool:
        comes = write.body.get("issuer") == issuer and write.filed_under in places
        return write.ref.kind is Kind.MAPPING and (comes or write.ref.id in ids)

    return touched


def _ids(mappings: tuple[Mapping, ...]) -> frozenset[str]:
    return frozenset(one.id for one in mappings)
