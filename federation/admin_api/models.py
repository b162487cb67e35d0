"""What operations take and answer, for checking and for openapi.json."""

from collections.abc import Collection
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from federation.admin.changes import is_reason
from federation.documents.registry import KIND_NAMES
from federation.documents.schema.document import DocumentId
from federation.documents.source import Problem
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


class ProblemShown(Shown):
    """What is to be mended, or deserves a look."""

    pointer: Annotated[str, Field(description="JSON pointer into the body that was sent.")]
    document: str
    detail: str
    hint: str

    @classmethod
    def of(cls, problem: Problem) -> Self:
        """A problem of a document, or a warning. `file` is the place of the document in the body."""
        return cls(
            pointer=problem.file + problem.pointer,
            document=problem.document,
            detail=problem.message,
            hint=problem.hint,
        )


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
