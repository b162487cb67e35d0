"""`/admin/v1/{issuers,mappings,audiences,clients,policies,zones}[/{id}]`: the documents themselves."""

from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from typing import Any

from msgspec import Struct

from federation.admin.changes import is_reason
from federation.admin_api.cursor import Cursors
from federation.admin_api.edits import Edits, Prepared
from federation.admin_api.kinds import ID
from federation.admin_api.listing import Listing, paged
from federation.admin_api.operation import AdminRequest, Answer, Operation, Parameter, etag_of, wanted_version
from federation.admin_api.refusals import stale, wrong
from federation.admin_api.shown import DocumentShown, PageShown
from federation.admin_api.visible import Visible, Wanted
from federation.documents.checks.standing import Standing
from federation.documents.registry import REGISTRY, DocumentKind
from federation.documents.source import SourceDocument
from federation.model.confirmation import TRUST_READ, TRUST_WRITE
from federation.model.documents import StoredDocument
from federation.model.history import MAX_REASON
from federation.model.trust import DocumentRef, Kind

TENANT = Parameter("tenant", r"[a-z0-9][a-z0-9._-]{0,62}", "Only that tenant's; of Mappings, by their Issuer.")
SEARCH = Parameter("search", r"[^\x00-\x1f\x7f]{1,128}", "Only those that say this somewhere, in any case.")
REASON = Parameter("reason", rf"[^\x00-\x1f\x7f]{{1,{MAX_REASON}}}", "Why, for the history.")

_WRITE_REFUSALS = (
    *(HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED),
    *(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.PRECONDITION_REQUIRED),
)


class Documents(Struct, frozen=True):
    """Of every kind."""

    edits: Edits
    visible: Visible
    cursors: Cursors

    def operations(self) -> Iterator[Operation]:
        """The table."""
        for row in REGISTRY.values():
            yield from self._reading(row)
            yield from self._writing(row)

    def _reading(self, row: DocumentKind) -> Iterator[Operation]:
        kind, plural = row.kind, row.plural
        yield Operation(
            "GET",
            f"/{plural}",
            TRUST_READ,
            f"A page of the {plural}; of those that are searched for, it may have few although there are more.",
            handle=partial(self._list, kind),
            name=f"list{plural.capitalize()}",
            query=(TENANT, SEARCH, *paged()),
            response=PageShown,
        )
        yield Operation(
            "GET",
            f"/{plural}/{{id}}",
            TRUST_READ,
            f"The {kind} of that id.",
            handle=partial(self._get, kind),
            name=f"get{kind}",
            variables=(ID,),
            response=DocumentShown,
            refusals=(HTTPStatus.NOT_FOUND,),
        )

    def _writing(self, row: DocumentKind) -> Iterator[Operation]:
        kind, path = row.kind, f"/{row.plural}/{{id}}"
        yield Operation(
            "PUT",
            path,
            TRUST_WRITE,
            f"Write the {kind} of that id, alone or as GET shows it: new with If-None-Match, else with If-Match.",
            handle=partial(self._put, kind),
            name=f"put{kind}",
            variables=(ID,),
            request=row.schema,
            document=True,
            response=DocumentShown,
            also=(HTTPStatus.CREATED,),
            refusals=_WRITE_REFUSALS,
            precondition=True,
        )
        yield Operation(
            "DELETE",
            path,
            TRUST_WRITE,
            f"Delete the {kind} of that id, which is a version too.",
            handle=partial(self._delete, kind),
            name=f"delete{kind}",
            variables=(ID,),
            query=(REASON,),
            status=HTTPStatus.NO_CONTENT,
            refusals=(HTTPStatus.NOT_FOUND, *_WRITE_REFUSALS),
            precondition=True,
        )

    def _list(self, kind: Kind, request: AdminRequest) -> Answer:
        wanted = Wanted(request.query.get("tenant", ""), request.query.get("search", ""))
        if not wanted:
            read = partial(self.visible.page, request.admin, kind)
            return Listing(self.cursors, kind, PageShown).page(request, read, DocumentShown.of)
        search = partial(self.visible.search, wanted, request.admin, kind)
        name = f"{kind} {wanted.tenant} {wanted.text}"
        return Listing(self.cursors, name, PageShown).page(request, search, DocumentShown.of)

    def _get(self, kind: Kind, request: AdminRequest) -> Answer:
        stored = self._current(request, DocumentRef(kind, request.path["id"]))
        warnings = Standing(self.visible.pages, self.visible.writer, request.admin.tenant).problems(stored)
        return Answer(HTTPStatus.OK, DocumentShown.of(stored, warnings), {"etag": etag_of(stored.version)})

    def _put(self, kind: Kind, request: AdminRequest) -> Answer:
        version, ref = wanted_version(request), DocumentRef(kind, request.path["id"])
        members = _as_written(dict(request.body), version)
        why = _reason(members.pop("reason", ""))
        _check_name(ref, members)
        source = SourceDocument("", members)
        written = self.edits.settle(
            request, lambda again: _expecting(version, self.edits.prepare(again, [source])), why
        )
        stored = written.document
        status = HTTPStatus.OK if version else HTTPStatus.CREATED
        body = DocumentShown.of(stored, written.prepared.validated.warnings, written.prepared.ended)
        return Answer(status, body, {"etag": etag_of(stored.version)})

    def _delete(self, kind: Kind, request: AdminRequest) -> Answer:
        version, ref = wanted_version(request), DocumentRef(kind, request.path["id"])
        self._current(request, ref)
        why = _reason(request.query.get("reason", ""))
        self.edits.settle(request, lambda again: _expecting(version, self.edits.prepare(again, [], [ref])), why)
        return Answer(HTTPStatus.NO_CONTENT)

    def _current(self, request: AdminRequest, ref: DocumentRef) -> StoredDocument:
        stored = self.visible.document(request.admin, ref)
        if stored is None:
            raise self.visible.missing(request.admin, ref)
        return stored


def _expecting(version: int, prepared: Prepared) -> Prepared:
    """Raises AdminRefusal (412) unless that version is what was there when it was looked at."""
    (planned,) = prepared.plan
    there = planned.state.version if planned.state.document else 0
    if there != version:
        raise stale()
    return prepared


def _check_name(ref: DocumentRef, members: dict[str, object]) -> None:
    for name, expected in (("kind", ref.kind.value), ("id", ref.id)):
        if members.get(name) != expected:
            raise wrong(f"/{name}", f"{name} is not what the path says", f"write {name}: {expected}")


_SHOWN = frozenset(DocumentShown.model_fields)


def _as_written(body: dict[str, Any], version: int) -> dict[str, Any]:
    """The document that is sent: itself, or as GET shows it; raises AdminRefusal.

    What GET says around it is the bridge's own and is not written; its version must be the one that If-Match names.
    """
    document, around = body.get("document"), body.keys() - {"reason"}
    if "kind" in body or not isinstance(document, dict) or not around <= _SHOWN:
        return body
    if "version" in body and body["version"] != version:
        raise wrong("/version", "this is not the version that If-Match names", "send both as GET has given them")
    return {**document, **({"reason": body["reason"]} if "reason" in body else {})}


def _reason(text: object) -> str:
    if not isinstance(text, str) or not is_reason(text):
        raise wrong("/reason", f"a reason is one printable line of at most {MAX_REASON} characters")
    return text
