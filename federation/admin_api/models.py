"""What operations take and answer, for checking and for openapi.json."""

from collections.abc import Collection
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from federation.admin.changes import is_reason
from federation.documents.registry import KIND_NAMES
from federation.documents.schema.document import DocumentId
from federation.insight.effects.plan import DAYS, MOST_DAYS
from federation.model.history import MAX_REASON

ONE_LINE = r"^[^\u0000-\u001f\u007f-\u00a0\u2028\u2029]*$"
"""Nearly what `is_reason` takes: a pattern cannot say what is printable."""


def _reason(text: str) -> str:
    if not is_reason(text):
        raise ValueError("a reason is one printable line")
    return text


ReasonText = Annotated[
    str,
    Field(
        max_length=MAX_REASON,
        description="Why, for the history: one printable line.",
        json_schema_extra={"pattern": ONE_LINE},
    ),
    AfterValidator(_reason),
]
Name = Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,256}$")]
Why = Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,256}$", description="Why: one line.")]
Document = Annotated[dict[str, Any], Field(description="A trust document as people write it (see the schemas).")]
Version = Annotated[int, Field(ge=1, lt=10**12)]


def _kind(name: str) -> str:
    if name not in KIND_NAMES:
        raise ValueError(f"no kind of document; known here: {', '.join(KIND_NAMES)}")
    return name


KindName = Annotated[str, AfterValidator(_kind), Field(json_schema_extra={"enum": list(KIND_NAMES)})]


class Body(BaseModel):
    """What is sent: unknown members are errors, nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Shown(BaseModel):
    """What is answered."""

    model_config = ConfigDict(extra="forbid")


def naming_one(whose: Collection[str]) -> ConfigDict:
    """Of a body that names one of these and nothing else; a tenant says whose principal is meant."""
    return ConfigDict(json_schema_extra={"oneOf": [_naming(what, whose) for what in whose]})


def _naming(what: str, whose: Collection[str]) -> dict[str, Any]:
    others = {*whose, *(() if what == "principal" else ("tenant",))} - {what}
    absent = {name: {"type": "null"} for name in sorted(others)}
    return {"required": [what], "properties": {what: {"not": {"type": "null"}}, **absent}}


class Named(Body):
    """A document by its name."""

    kind: KindName
    id: DocumentId


class DocumentSetBody(Body):
    """A whole set of documents; what it does not name stays as it is."""

    documents: Annotated[list[Document], Field(default_factory=list, max_length=20_000)]
    deletions: Annotated[list[Named], Field(default_factory=list, max_length=20_000)]
    base: Annotated[int | None, Field(ge=0, lt=10**12, description="The plan's: refused if trust moved since.")] = None
    reason: ReasonText = ""


class PlanBody(DocumentSetBody):
    """A set of documents, and how far back to look for whom it touches."""

    days: Annotated[int, Field(ge=1, le=MOST_DAYS, description="Whoever was seen within them is decided again.")] = DAYS


class RestoreBody(Body):
    """Which version to write again."""

    version: Version
    reason: ReasonText = ""


class ConfirmBody(Body):
    """Which pending version is to hold."""

    version: Version
    reason: Annotated[ReasonText, Field(min_length=1)]


class ChangeShown(Shown):
    """Who wrote a version, when and why."""

    who: str
    tenant: str | None
    actors: list[str]
    when: str
    why: str
    request: Annotated[str, Field(description="The correlation id under which it was asked for.")]


class NamedShown(Shown):
    """A document by its name."""

    kind: KindName
    id: str


class EndsShown(Shown):
    """Documents that name one which is disabled now: what they give by it has come to its end."""

    documents: list[NamedShown]
    hidden: Annotated[int, Field(description="How many there are beside them, of tenants that you cannot read.")]
    more: Annotated[bool, Field(description="There are more than were looked for.")]


class DocumentShown(Shown):
    """A document as it stands."""

    document: Document
    version: int
    etag: str
    pending: Annotated[bool, Field(description="Whether it waits for a second admin.")]
    updated: ChangeShown | None
    warnings: list["ProblemShown"] = []
    ends: Annotated[EndsShown | None, Field(description="What rested on it, where this write disabled it.")] = None


class WaitingShown(DocumentShown):
    """A document that a second admin may let hold."""

    kind: KindName
    id: str


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


class VersionShown(Shown):
    """A version of a document."""

    version: int
    deleted: bool
    document: Document | None
    changed: ChangeShown
    diff: Annotated[list[DifferenceShown], Field(description="To its predecessor.")]


class HistoryShown(Shown):
    """Versions, newest first."""

    items: list[VersionShown]
    next: str | None


class ProblemShown(Shown):
    """What is to be mended, or deserves a look."""

    pointer: Annotated[str, Field(description="JSON pointer into the body that was sent.")]
    document: str
    detail: str
    hint: str


class PlannedShown(Shown):
    """What becomes of a document."""

    kind: KindName
    id: str
    action: Literal["create", "update", "delete", "unchanged"]
    version: Annotated[int, Field(description="Afterwards.")]
    pending: bool
    diff: list[DifferenceShown]


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


class RefusalShown(Shown):
    """Why nothing was changed (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str = ""
    instance: str
    code: Annotated[str, Field(description="Stable.")]
    correlation_id: str
    errors: list[ProblemShown] = []


class GatewayRefusalShown(Shown):
    """API Gateway answered by itself: the function did not, or was not asked."""

    message: str
