"""Validated documents -> the trust table: what is planned, what it rests on, and the change as it is kept."""

from collections.abc import Collection, Sequence
from collections.abc import Mapping as ReadOnly

from msgspec import Struct
from msgspec.structs import replace

from federation.documents.document_set import Action, DocumentSet, Planned
from federation.documents.registry import REGISTRY, references
from federation.documents.validate import ValidatedSet
from federation.mapping.match import filed_under
from federation.model.documents import StoredDocument
from federation.model.history import Change
from federation.model.trust import DocumentRef, DocumentVersion, Kind
from federation.ports import DocumentState, TrustWriter
from federation.verification.providers import provider_named


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
    names = [(one, named_by(documents, one.ref)) for one in plan]
    named = [
        replace(one, lives={ref: known[ref] for ref in refs}, named={ref: states[ref] for ref in refs})
        for one, refs in names
    ]
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


class Applied(Struct, frozen=True):
    """What an apply has changed."""

    created: tuple[DocumentVersion, ...]
    updated: tuple[DocumentVersion, ...]
    unchanged: tuple[DocumentRef, ...]
    pending: tuple[DocumentVersion, ...] = ()
    """Of all these, what does not hold until a second admin has confirmed that version."""
    deleted: tuple[DocumentVersion, ...] = ()


class TrustEditor:
    """Writes whole sets of documents. What the set does not name stays as it is."""

    def __init__(self, writer: TrustWriter) -> None:
        self._writer = writer

    def apply(self, validated: ValidatedSet, change: Change) -> Applied:
        """Write every document that is new or changed, each atomically, none before what it names.

        Raises VersionConflict where another admin wrote at the same time, and BucketFull; what was written until
        then stays, and applying again goes on from there.
        """
        return self.write(self.plan(validated), change)

    def plan(self, validated: ValidatedSet, deletions: Collection[DocumentRef] = ()) -> tuple[Planned, ...]:
        """What there is to do, in the order in which to do it; unchanged documents included."""
        wanted = sorted(validated.documents.refs, key=lambda ref: REGISTRY[ref.kind].write_order)
        unwanted = sorted(deletions, key=lambda ref: REGISTRY[ref.kind].delete_order)
        documents = validated.documents
        named = {each for ref in wanted for each in named_by(documents, ref)}
        states = self._writer.states({*wanted, *unwanted, *named})
        refiled = {ref.id for ref in wanted if ref.kind is Kind.ISSUER and _moves(documents, states[ref])}
        written = [_planned(ref, states[ref], documents, refiled) for ref in wanted]
        return (*resting(written, documents, states), *(Planned(ref, None, states[ref]) for ref in unwanted))

    def write(
        self, plan: Collection[Planned], change: Change, revision: int | None = None, *, chained: bool = False
    ) -> Applied:
        """Carry out a plan. Raises as `apply` does.

        `revision`: none of it unless this is the revision still. `chained`: nor go on once another has written.
        """
        done: dict[Action, list[DocumentVersion]] = {"create": [], "update": [], "delete": [], "unchanged": []}
        for planned in plan:
            if planned.action != "unchanged":
                self._carry_out(planned, change, revision)
                revision = revision + 1 if chained and revision is not None else None
            done[planned.action].append(DocumentVersion(planned.ref, planned.version))
        pending = tuple(DocumentVersion(one.ref, one.version) for one in plan if one.pending)
        unchanged = tuple(one.ref for one in done["unchanged"])
        return Applied(tuple(done["create"]), tuple(done["update"]), unchanged, pending, tuple(done["delete"]))

    def _carry_out(self, planned: Planned, change: Change, revision: int | None) -> None:
        seen = {**planned.named, planned.ref: planned.state}
        if planned.body is None:
            self._writer.delete(planned.ref, planned.state.version, change, revision=revision, seen=seen)
            return
        document = StoredDocument(*planned.ref, planned.version, planned.body, lives=planned.lives)
        self._writer.put(document, planned.filed_under, change, revision=revision, rests_on=planned.rests_on, seen=seen)


def _planned(ref: DocumentRef, state: DocumentState, documents: DocumentSet, refiled: Collection[str]) -> Planned:
    written = documents.written(ref)
    if ref.kind is not Kind.MAPPING:
        return Planned(ref, written.body, state)
    mapping = documents.mappings[ref.id].document
    trusted = documents.issuers[mapping.issuer].document
    place = filed_under(tuple(mapping.match.items()), provider_named(trusted.provider).table.selectors)
    return Planned(ref, written.body, state, place, mapping.issuer in refiled, trusted.issuer)


def _moves(documents: DocumentSet, state: DocumentState) -> bool:
    """Another provider files its mappings under other claims."""
    stored = state.document
    return stored is not None and stored.body.get("provider") != documents.issuers[stored.id].body.get("provider")
