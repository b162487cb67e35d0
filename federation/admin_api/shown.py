"""Documents, versions and plans as the admin API answers them."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import Field

from federation.admin.in_use import Users
from federation.admin_api.diff import diff
from federation.admin_api.models import Document, KindName, ProblemShown, Shown
from federation.admin_api.operation import etag_of
from federation.documents.document_set import Planned
from federation.documents.source import Problem
from federation.insight.pace import Hurried
from federation.model.confirmation import as_written, is_pending
from federation.model.documents import StoredDocument
from federation.model.history import Change, PastVersion
from federation.model.json import JsonObject
from federation.model.trust import DocumentRef

NOT_USED = Users()


class ChangeShown(Shown):
    """Who wrote a version, when and why."""

    who: str
    tenant: str | None
    actors: list[str]
    when: str
    why: str
    request: Annotated[str, Field(description="The correlation id under which it was asked for.")]

    @classmethod
    def of(cls, change: Change) -> Self:
        """All of it."""
        return cls(
            who=change.who,
            tenant=change.tenant,
            actors=list(change.actors),
            when=change.when,
            why=change.why,
            request=change.request,
        )


class NamedShown(Shown):
    """A document by its name."""

    kind: KindName
    id: str

    @classmethod
    def of(cls, ref: DocumentRef) -> Self:
        """Its name."""
        return cls(kind=ref.kind.value, id=ref.id)


class EndsShown(Shown):
    """Documents that name one which is disabled now: what they give by it has come to its end."""

    documents: list[NamedShown]
    hidden: Annotated[int, Field(description="How many there are beside them, of tenants that you cannot read.")]
    more: Annotated[bool, Field(description="There are more than were looked for.")]

    @classmethod
    def of(cls, users: Users) -> Self | None:
        """None: there are none."""
        if not users:
            return None
        return cls(documents=[NamedShown.of(ref) for ref in users.seen], hidden=users.hidden, more=users.more)


class DocumentShown(Shown):
    """A document as it stands."""

    document: Document
    version: int
    etag: str
    pending: Annotated[bool, Field(description="Whether it waits for a second admin.")]
    updated: ChangeShown | None
    warnings: Annotated[list[ProblemShown], Field(default_factory=list)]
    ends: Annotated[EndsShown | None, Field(description="What rested on it, where this write disabled it.")] = None

    @classmethod
    def of(cls, stored: StoredDocument, warnings: Sequence[Problem] = (), ended: Users = NOT_USED) -> Self:
        """What an admin wrote, and what is known about it. `ended`: who rested on it, where a write has disabled it."""
        return cls(**_members(stored), warnings=problems_shown(warnings), ends=EndsShown.of(ended))


class WaitingShown(DocumentShown):
    """A document that a second admin may let hold."""

    kind: KindName
    id: str

    @classmethod
    def of(cls, stored: StoredDocument, warnings: Sequence[Problem] = (), ended: Users = NOT_USED) -> Self:
        """The same with its name."""
        shown = {**_members(stored), "kind": stored.kind.value, "id": stored.id}
        return cls(**shown, warnings=problems_shown(warnings), ends=EndsShown.of(ended))


class PendingShown(Shown):
    """What waits."""

    items: list[WaitingShown]
    truncated: Annotated[bool, Field(description="There is more.")]


class PageShown(Shown):
    """A page of documents, in an order that never changes."""

    items: list[DocumentShown]
    next: Annotated[str | None, Field(description="The cursor of the next page; null: this is the last.")]


class DifferenceShown(Shown):
    """A place that differs."""

    path: Annotated[str, Field(description="JSON pointer (RFC 6901).")]
    before: Any = None
    after: Any = None

    @classmethod
    def all_of(cls, before: JsonObject | None, after: JsonObject | None) -> list[Self]:
        """Every place that differs; `before` and `after` where there is something."""
        return [cls(**place) for place in diff(before, after)]


class VersionShown(Shown):
    """A version of a document."""

    version: int
    deleted: bool
    document: Document | None
    changed: ChangeShown
    diff: Annotated[list[DifferenceShown], Field(description="To its predecessor.")]

    @classmethod
    def of(cls, past: PastVersion, before: PastVersion | None) -> Self:
        """A version, confirmation included, beside its predecessor."""
        return cls(
            version=past.version,
            deleted=past.body is None,
            document=None if past.body is None else dict(past.body),
            changed=ChangeShown.of(past.change),
            diff=DifferenceShown.all_of(before.body if before else None, past.body),
        )


class HistoryShown(Shown):
    """Versions, newest first."""

    items: list[VersionShown]
    next: str | None


class PlannedShown(Shown):
    """What becomes of a document."""

    kind: KindName
    id: str
    action: Literal["create", "update", "delete", "unchanged"]
    version: Annotated[int, Field(description="Afterwards.")]
    pending: bool
    diff: list[DifferenceShown]

    @classmethod
    def of(cls, planned: Planned) -> Self:
        """With what changes in it."""
        stored = planned.state.document
        before = None if stored is None else as_written(stored.body)
        return cls(
            kind=planned.ref.kind.value,
            id=planned.ref.id,
            action=planned.action,
            version=planned.version,
            pending=planned.pending,
            diff=DifferenceShown.all_of(before, planned.body) if planned.action != "unchanged" else [],
        )


class ValidShown(Shown):
    """A set of documents that may be written as things stand."""

    base: Annotated[int, Field(description="The revision of trust beside which it was checked.")]
    changes: list[PlannedShown]
    warnings: list[ProblemShown]
    ends: Annotated[EndsShown | None, Field(description="What rests on the documents that it disables.")] = None


class SeenShown(Shown):
    """By whom the effects were found."""

    days: int
    identities: Annotated[int, Field(description="Different ones that were seen within these days.")]
    most: Annotated[int, Field(description="That are looked at, the newest: if it is as many, there may be more.")]


class HurriedShown(Shown):
    """An identity that exchanges much faster than its tokens end: its library takes them for stale early."""

    principal: str
    audiences: list[str]
    mapping: str
    every: Annotated[int, Field(description="Seconds between two exchanges, on the average of the last hour.")]
    lifetime: Annotated[int, Field(description="Seconds that each token lives.")]

    @classmethod
    def of(cls, hurried: Hurried) -> Self:
        """All of it."""
        return cls(**hurried._asdict())


class PlanShown(Shown):
    """What a set of documents would change."""

    base: Annotated[int, Field(description="Send it with apply: refused if trust moved since.")]
    changes: list[PlannedShown]
    effects: Annotated[list[dict[str, Any]], Field(description="Which identities gain or lose what.")]
    seen: SeenShown
    hurried: Annotated[list[HurriedShown], Field(description="Who would need a longer max_ttl of these documents.")]
    warnings: list[ProblemShown]
    ends: Annotated[EndsShown | None, Field(description="What rests on the documents that it disables.")] = None


class AppliedShown(Shown):
    """What a set of documents has changed."""

    base: Annotated[int, Field(description="The revision of trust afterwards, if nobody else wrote.")]
    changes: list[PlannedShown]
    warnings: list[ProblemShown]
    ends: Annotated[EndsShown | None, Field(description="What rests on the documents that it disables.")] = None


def problems_shown(problems: Sequence[Problem]) -> list[ProblemShown]:
    """Warnings, or what is to be mended."""
    return [ProblemShown.of(problem) for problem in problems]


def _members(stored: StoredDocument) -> dict[str, Any]:
    return {
        "document": dict(as_written(stored.body)),
        "version": stored.version,
        "etag": etag_of(stored.version),
        "pending": is_pending(stored.body),
        "updated": None if stored.change is None else ChangeShown.of(stored.change),
    }
