"""What the documents of a plan name: which lives are meant, and which versions a write must still find.

A reference is by id. So each document keeps the life of whatever it names, and is written only while what was looked at
is still the current version: nothing can be deleted, moved or made anew between the look and the write.
"""

from collections.abc import Mapping as ReadOnly
from collections.abc import Sequence

from msgspec.structs import replace

from federation.documents.document_set import DocumentSet
from federation.documents.planned import Planned
from federation.documents.registry import references
from federation.model.trust import DocumentRef, DocumentVersion, Kind
from federation.ports import DocumentState


def named_by(documents: DocumentSet, ref: DocumentRef) -> tuple[DocumentRef, ...]:
    """The documents that a document of the set names, each once."""
    return tuple(dict.fromkeys(one.ref for one in references(ref.kind, documents.written(ref).body)))


def resting(
    plan: Sequence[Planned], documents: DocumentSet, states: ReadOnly[DocumentRef, DocumentState]
) -> tuple[Planned, ...]:
    """The plan, in the order in which it is written, with what its documents name.

    `states`: as they were read after `documents` was validated, of whatever is written or named.
    """
    begun = {one.ref: _since(one.state, one.state.version + 1) for one in plan}
    known = {ref: _since(state, 0) for ref, state in states.items()} | begun
    named = [replace(one, lives={ref: known[ref] for ref in named_by(documents, one.ref)}) for one in plan]
    place = {one.ref: number for number, one in enumerate(named)}
    return tuple(
        replace(one, rests_on=tuple(_looked_at(ref, number, named, place, documents, states) for ref in one.lives))
        if one.ref.kind is not Kind.POLICY  # it speaks of documents, and rests on none
        else one
        for number, one in enumerate(named)
    )


def _looked_at(
    ref: DocumentRef,
    number: int,
    plan: Sequence[Planned],
    place: ReadOnly[DocumentRef, int],
    documents: DocumentSet,
    states: ReadOnly[DocumentRef, DocumentState],
) -> DocumentVersion:
    """The version that must be current when the plan comes to that number."""
    if place.get(ref, number) < number:
        return DocumentVersion(ref, plan[place[ref]].version)
    written = documents.find(ref)
    state = states[ref]
    current = state.version if state.document else 0
    return DocumentVersion(ref, written.source.version if written and ref not in place else current)


def _since(state: DocumentState, new: int) -> int:
    return state.document.since if state.document else new
