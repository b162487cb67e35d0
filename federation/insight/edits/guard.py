"""No edit is suggested that a write would refuse, or that would need a second admin: the guard rails judge it first."""

from collections.abc import Iterator

from federation.documents.registry import references
from federation.documents.source import InvalidDocuments, Problem, SourceDocument
from federation.documents.validate import validate
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.json import Json, JsonObject
from federation.model.policy import Policy
from federation.model.trust import Audience, DocumentRef, Issuer, Mapping


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
    """As somebody would write it: what the bridge itself adds to a stored document is no part of it."""
    return {name: value for name, value in body.items() if name != "confirmation"}
