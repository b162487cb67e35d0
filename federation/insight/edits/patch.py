"""What an edit is: a JSON patch (RFC 6902) of one document that a write would take, or a change of the request."""

import copy
from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Any, ClassVar, Literal

from msgspec import Struct

from federation.documents.registry import references
from federation.documents.source import InvalidDocuments, Problem, SourceDocument, pointer
from federation.documents.validate import validate
from federation.insight.explain.question import Question
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.json import Json, JsonObject
from federation.model.policy import Policy
from federation.model.trust import Audience, DocumentRef, Issuer, Mapping
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


def patched(document: JsonObject, operations: Iterable[Operation]) -> dict[str, Json]:
    """A copy with the operations applied; raises KeyError, IndexError or TypeError where there is no such place."""
    result: Any = copy.deepcopy(dict(document))
    for operation in operations:
        result = _applied(result, operation)
    if not isinstance(result, dict):
        raise TypeError("a document is an object")
    return result


def setting(document: JsonObject, key: str, *, value: Json) -> Operation:
    """A top-level key with that value, whether it is there already or not."""
    return Operation("replace" if key in document else "add", pointer((key,)), value)


def appending(document: JsonObject, key: str, *values: Json) -> tuple[Operation, ...]:
    """The values at the end of a list, which is made where there is none."""
    if not isinstance(document.get(key), list | tuple):
        return (Operation("add", pointer((key,)), list(values)),)
    return tuple(Operation("add", pointer((key, "-")), value) for value in values)


def _applied(document: Any, operation: Operation) -> Any:  # noqa: ANN401  (JSON)
    if operation.path == "":
        return copy.deepcopy(operation.value)
    *outer, last = [_unescaped(part) for part in operation.path.split("/")[1:]]
    inside = document
    for part in outer:
        inside = inside[int(part)] if isinstance(inside, list) else inside[part]
    _apply_in(inside, last, operation)
    return document


def _apply_in(inside: Any, key: str, operation: Operation) -> None:  # noqa: ANN401  (JSON)
    value = copy.deepcopy(operation.value)
    if isinstance(inside, list):
        _apply_in_list(inside, key, operation, value)
    elif operation.op == "add":
        inside[key] = value
    elif operation.op == "remove":
        del inside[key]
    else:
        inside[key]
        inside[key] = value


def _apply_in_list(inside: list[Any], key: str, operation: Operation, value: Any) -> None:  # noqa: ANN401  (JSON)
    if operation.op == "add":
        inside.insert(len(inside) if key == "-" else int(key), value)
    elif operation.op == "remove":
        del inside[int(key)]
    else:
        inside[int(key)] = value


def _unescaped(part: str) -> str:
    return part.replace("~1", "/").replace("~0", "~")


def may_be_written(before: Snapshot, after: Snapshot, ref: DocumentRef) -> bool:
    """Whether the edited document, among those that it has to do with, is no worse than it was."""
    body = after.body(ref)
    if body is None or body.get("dangerous", False) is not False:
        return False
    return _problems(after, ref) <= _problems(before, ref)


def _problems(snapshot: Snapshot, ref: DocumentRef) -> frozenset[Problem]:
    refs = {ref, *_neighbours(snapshot, ref)}
    bodies = [body for one in sorted(refs) if (body := snapshot.body(one)) is not None]
    try:
        validate((SourceDocument("trust", _plain(body)) for body in bodies), loopback=True)
    except InvalidDocuments as error:
        return frozenset(error.problems)
    return frozenset()


def _neighbours(snapshot: Snapshot, ref: DocumentRef) -> Iterator[DocumentRef]:
    """Documents that the document names, and those that it could be mistaken for."""
    yield from (one.ref for one in references(ref.kind, snapshot.body(ref)))
    value = snapshot.decoded.get(ref)
    if isinstance(value, Mapping):
        yield from (one.document.ref for one in snapshot.mappings() if _same_match(one, value))
    if isinstance(value, Issuer):
        yield from (one.document.ref for one in snapshot.issuers() if one.issuer == value.issuer)
    if isinstance(value, Audience) and value.resource:
        yield from (one.document.ref for one in snapshot.audiences() if one.resource == value.resource)
    if isinstance(value, Policy):  # its examples are about them
        yield from (one.document.ref for one in snapshot.audiences())


def _same_match(one: Mapping, other: Mapping) -> bool:
    return one.issuer == other.issuer and frozenset(one.match) == frozenset(other.match)


def _plain(body: JsonObject) -> dict[str, Json]:
    """As an admin would write it: what the bridge itself adds to a stored document is no part of it."""
    return {name: value for name, value in body.items() if name != "confirmation"}
