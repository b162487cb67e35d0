"""What an edit is: a JSON patch (RFC 6902) of one document, or a change of the request, that would allow it."""

from enum import IntEnum
from typing import ClassVar, Literal

from msgspec import Struct

from federation.insight.explain.question import Question
from federation.model.json import Json, JsonObject
from federation.model.trust import DocumentRef
from federation.value import Redacted


class Opens(IntEnum):
    """How much an edit lets in that was not let in before: the least first."""

    NOTHING = 0
    """The request asks for less or proves more."""
    DEFAULT = 10
    """What is granted anyway is given without being named."""
    ONE_VALUE = 20
    """One scope, one grant, one actor or one identity more, in a document that is there."""
    A_DOCUMENT = 30
    """A disabled document holds again."""
    AN_IDENTITY = 50
    """A new mapping."""
    EVERYBODY = 60
    """Something exists, or is believed, for more than one mapping."""
    AN_EXCEPTION = 70
    """A policy no longer forbids what it was written to forbid."""


class Operation(Struct, frozen=True):
    """One operation of a JSON patch."""

    op: Literal["add", "replace", "remove"]
    path: str
    """JSON pointer (RFC 6901)."""
    value: Json = None


class Candidate(Struct, frozen=True):
    """Something that may help: either a patch of a document, or another request."""

    opens: Opens
    description: str
    ref: DocumentRef | None
    """None: the request is what changes."""
    patch: tuple[Operation, ...]
    request: Question | None = None


class Edit(Redacted, Struct, frozen=True):
    """A change that was tried out on the documents in memory."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"opens"})

    kind: str
    """Of the document; `Request`: the caller changes what it sends."""
    id: str
    description: str
    patch: tuple[Operation, ...]
    document_after: JsonObject | None
    """None: no document changes."""
    opens: Opens = Opens.NOTHING


class Suggestion(Struct, frozen=True):
    """Edits that together would allow the request, and none of which would alone; usually one."""

    edits: tuple[Edit, ...]

    @property
    def opens(self) -> tuple[int, ...]:
        """To sort by: fewer edits first, then how much they open, the worst first, then how much they change."""
        opened = sorted((int(edit.opens) for edit in self.edits), reverse=True)
        return (len(self.edits), *opened, sum(len(edit.patch) for edit in self.edits))


class Obstacle(Struct, frozen=True):
    """A Cedar policy that forbids the request: its condition is what to look at, never the policy as a whole."""

    policy: str
    line: int
    """In the document's `cedar`, from 1."""
    text: str
