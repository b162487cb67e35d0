"""`/admin/v1/history/{kind}/{id}`: every version of a document, and its return."""

import re
from collections.abc import Iterator
from functools import partial
from http import HTTPStatus
from typing import TypeAlias

from msgspec import Struct

from federation.admin_api.cursor import Cursors
from federation.admin_api.edits import Edits, Prepared
from federation.admin_api.kinds import ID, KIND, ref_of
from federation.admin_api.listing import Listing, paged
from federation.admin_api.models import RestoreBody
from federation.admin_api.operation import AdminRequest, Answer, Operation, etag_of, wanted_version
from federation.admin_api.refusals import stale, wrong
from federation.admin_api.shown import DocumentShown, HistoryShown, VersionShown
from federation.admin_api.visible import Visible
from federation.documents.source import SourceDocument
from federation.model.confirmation import TRUST_READ, TRUST_WRITE, as_written
from federation.model.history import PastVersion
from federation.model.json import Json, JsonObject
from federation.model.trust import DocumentRef

_Page: TypeAlias = tuple[list[tuple[PastVersion, PastVersion | None]], str | None]


class Histories(Struct, frozen=True):
    """Of documents of every kind, deleted ones included."""

    edits: Edits
    visible: Visible
    cursors: Cursors

    def operations(self) -> Iterator[Operation]:
        """The table."""
        yield Operation(
            "GET",
            "/history/{kind}/{id}",
            TRUST_READ,
            "Versions of a document, newest first, each with its diff.",
            handle=self._list,
            name="getHistory",
            variables=(KIND, ID),
            query=paged(),
            response=HistoryShown,
            refusals=(HTTPStatus.NOT_FOUND,),
        )
        yield Operation(
            "POST",
            "/history/{kind}/{id}/restore",
            TRUST_WRITE,
            "Write an earlier version again, as a new one.",
            handle=self._restore,
            name="restoreVersion",
            variables=(KIND, ID),
            request=RestoreBody,
            response=DocumentShown,
            precondition=True,
            refusals=(
                *(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED),
                *(HTTPStatus.PRECONDITION_REQUIRED, HTTPStatus.UNPROCESSABLE_ENTITY),
            ),
        )

    def _list(self, request: AdminRequest) -> Answer:
        ref = ref_of(request.path["kind"], request.path["id"])
        read = partial(self._versions, request, ref)
        listing = Listing(self.cursors, f"history {ref.kind} {ref.id}", HistoryShown)
        return listing.page(request, read, lambda pair: VersionShown.of(*pair))

    def _versions(self, request: AdminRequest, ref: DocumentRef, after: str | None, limit: int) -> _Page:
        """Each with its predecessor: of the last of the page one more is read."""
        versions = self.visible.history(request.admin, ref, _version(after), limit + 1)
        if not versions:
            raise self.visible.missing(request.admin, ref)
        behind = str(versions[limit - 1].version) if len(versions) > limit else None
        return list(zip(versions, (*versions[1:], None), strict=True))[:limit], behind

    def _restore(self, request: AdminRequest) -> Answer:
        """If-Match names what stands now; If-None-Match: * says that it is deleted."""
        current, ref = wanted_version(request), ref_of(request.path["kind"], request.path["id"])
        source = SourceDocument("", self._body(request, ref))

        def look(again: AdminRequest) -> Prepared:
            prepared = self.edits.prepare(again, [source])
            (planned,) = prepared.plan
            if (planned.state.version if planned.state.document else 0) != current:
                raise stale()
            return prepared

        why = request.body.reason or f"restore version {request.body.version}"
        stored = self.edits.settle(request, look, why).document
        return Answer(HTTPStatus.OK, DocumentShown.of(stored), {"etag": etag_of(stored.version)})

    def _body(self, request: AdminRequest, ref: DocumentRef) -> dict[str, Json]:
        """What the version said, without its confirmation: a dangerous document is confirmed anew."""
        version: int = request.body.version
        found = self.visible.history(request.admin, ref, version + 1, 1)
        if not found:
            raise self.visible.missing(request.admin, ref)
        body: JsonObject | None = found[0].body if found[0].version == version else None
        if body is None:
            raise wrong("/version", "there is no such version, or with it the document was deleted")
        return dict(as_written(body))


def _version(position: str | None) -> int | None:
    """That a page begins before; raises ValueError."""
    if position is None:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,11}", position):
        raise ValueError("no version")
    return int(position)
