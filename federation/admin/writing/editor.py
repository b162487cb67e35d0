"""Validated documents -> the trust table, through its port."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from federation.admin.documents.document_set import DocumentSet
from federation.admin.documents.validate import ValidatedSet
from federation.mapping.selectors import filed_under
from federation.model.confirmation import as_written, confirmed_issuer, is_pending
from federation.model.documents import StoredDocument
from federation.model.history import Change
from federation.model.json import JsonObject
from federation.model.trust import DocumentRef, DocumentVersion, Kind, Selector
from federation.ports import DocumentState, TrustWriter
from federation.verification.providers import provider_named

Action: TypeAlias = Literal["create", "update", "delete", "unchanged"]

# What takes away comes first, so that no grant holds for a moment without it.
WRITING_ORDER = (Kind.ZONE, Kind.POLICY, Kind.AUDIENCE, Kind.CLIENT, Kind.ISSUER, Kind.MAPPING)
# None before what names it, and whoever may mend things comes before whoever might have.
DELETING_ORDER = (Kind.MAPPING, Kind.CLIENT, Kind.ISSUER, Kind.AUDIENCE, Kind.POLICY, Kind.ZONE)


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply has changed."""

    created: tuple[DocumentVersion, ...]
    updated: tuple[DocumentVersion, ...]
    unchanged: tuple[DocumentRef, ...]
    pending: tuple[DocumentVersion, ...] = ()
    """Of all these, what holds for nobody until a second admin has confirmed that version."""
    deleted: tuple[DocumentVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class Planned:
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
        if self.refile or as_written(stored.body) != body:
            return False
        try:
            return confirmed_issuer(stored.body) in (None, self.issuer)
        except TypeError:  # what nobody can read confirms nothing
            return False


class TrustEditor:
    """Writes whole sets of documents. What the set does not name stays as it is."""

    def __init__(self, writer: TrustWriter) -> None:
        self._writer = writer

    def apply(self, validated: ValidatedSet, change: Change) -> Applied:
        """Write every document that is new or changed, each atomically, none before what it names.

        Raises VersionConflict where somebody else wrote at the same time, and BucketFull; what was written until
        then stays, and applying again goes on from there.
        """
        return self.write(self.plan(validated), change)

    def plan(self, validated: ValidatedSet, deletions: Collection[DocumentRef] = ()) -> tuple[Planned, ...]:
        """What there is to do, in the order in which to do it; unchanged documents included."""
        wanted = sorted(validated.documents.refs, key=lambda ref: WRITING_ORDER.index(ref.kind))
        unwanted = sorted(deletions, key=lambda ref: DELETING_ORDER.index(ref.kind))
        states = self._writer.states([*wanted, *unwanted])
        refiled = {ref.id for ref in wanted if ref.kind is Kind.ISSUER and _moves(validated.documents, states[ref])}
        return (
            *(_planned(ref, states[ref], validated.documents, refiled) for ref in wanted),
            *(Planned(ref, None, states[ref]) for ref in unwanted),
        )

    def write(
        self, plan: Collection[Planned], change: Change, revision: int | None = None, *, chained: bool = False
    ) -> Applied:
        """Carry out a plan. Raises as `apply` does.

        `revision`: none of it unless this is the revision still. `chained`: nor go on once anybody else has written.
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
        if planned.body is None:
            self._writer.delete(planned.ref, planned.state.version, change, revision=revision)
            return
        document = StoredDocument(planned.ref.kind, planned.ref.id, planned.version, planned.body)
        self._writer.put(document, planned.filed_under, change, revision=revision)


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
