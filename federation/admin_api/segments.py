"""`GET /admin/v1/audit/segments`: the archive of the audit trail, to check that it is whole."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Self

from msgspec import Struct
from pydantic import Field

from federation.admin.changes import rfc3339
from federation.admin_api.cursor import PATTERN, Cursors
from federation.admin_api.models import Shown
from federation.admin_api.operation import AdminRequest, Answer, Operation, Parameter
from federation.admin_api.refusals import AdminRefusal, forbidden
from federation.audit.segment import digest
from federation.model.archive import ArchiveHead
from federation.model.confirmation import AUDIT_READ
from federation.oauth.reasons import Reason
from federation.ports import ArchiveIndex, Segments

DEFAULT_LIMIT = 200
_LIST = "segments"
_NUMBER = r"[1-9][0-9]{0,11}"
NUMBER = Parameter("number", _NUMBER, "From 1, without a gap.")
ASKED = (
    Parameter("after", f"0|{_NUMBER}", "Only segments behind that number; default: 0."),
    Parameter("limit", r"[1-9][0-9]{0,2}|1000", f"Segments of a page: 1 to 1000, {DEFAULT_LIMIT} by default."),
    Parameter("cursor", PATTERN, "`next` of the page before, for an hour."),
)


class HeadShown(Shown):
    """A segment as it is named from elsewhere."""

    number: int
    digest: Annotated[str, Field(description="SHA-256 of its bytes, in hex.")]
    kid: Annotated[str, Field(description="Of the key that signed it.")]
    signed_at: str

    @classmethod
    def of(cls, head: ArchiveHead) -> Self | None:
        """None: nothing was archived yet."""
        if head.number == 0:
            return None
        return cls(number=head.number, digest=head.digest, kid=head.kid, signed_at=rfc3339(head.signed_at))


class NumberShown(Shown):
    """A segment that lies in the archive."""

    number: int


class SegmentsShown(Shown):
    """A page of segments, in their order."""

    items: list[NumberShown]
    head: Annotated[
        HeadShown | None,
        Field(
            description="The newest as it is remembered outside of the archive: one that ends before it lost its end."
        ),
    ]
    next: Annotated[str | None, Field(description="The cursor of the next page; null: this is the last.")]


class SegmentShown(Shown):
    """A segment as it lies in the archive."""

    number: int
    digest: Annotated[str, Field(description="SHA-256 of the bytes, in hex: what the next segment names it by.")]
    text: Annotated[str, Field(description="The bytes; what is not ASCII was not written by this bridge.")]


class ArchivedSegments(Struct, frozen=True):
    """Every tenant's records are in it, so it is for global admins."""

    segments: Segments
    index: ArchiveIndex
    cursors: Cursors

    def operations(self) -> Iterator[Operation]:
        """The table."""
        yield Operation(
            "GET",
            "/audit/segments",
            AUDIT_READ,
            "The audit trail's archive: its segments, and the newest as it is remembered elsewhere.",
            handle=self._list,
            name="listSegments",
            query=ASKED,
            response=SegmentsShown,
        )
        yield Operation(
            "GET",
            "/audit/segments/{number}",
            AUDIT_READ,
            "A segment of the archive, byte by byte.",
            handle=self._get,
            name="getSegment",
            variables=(NUMBER,),
            response=SegmentShown,
            refusals=(HTTPStatus.NOT_FOUND,),
        )

    def _list(self, request: AdminRequest) -> Answer:
        _check_global(request)
        cursor = self.cursors.read(_LIST, request.query.get("cursor"), request.admin)
        after = cursor or request.query.get("after", "0")
        limit = int(request.query.get("limit", DEFAULT_LIMIT))
        # First the head: what is written meanwhile may be listed and not be the head yet, never the other way round.
        head = self.index.head()
        numbers = self.segments.numbers(int(after), limit)
        behind = str(numbers[-1]) if len(numbers) == limit else None
        following = None if behind is None else self.cursors.make(_LIST, behind, request.admin)
        items = [NumberShown(number=number) for number in numbers]
        return Answer(HTTPStatus.OK, SegmentsShown(items=items, head=HeadShown.of(head), next=following))

    def _get(self, request: AdminRequest) -> Answer:
        _check_global(request)
        number = int(request.path["number"])
        content = self.segments.get(number)
        if content is None:
            raise AdminRefusal(HTTPStatus.NOT_FOUND, Reason.NO_SUCH_RECORD)
        text = content.decode("ascii", errors="replace")
        return Answer(HTTPStatus.OK, SegmentShown(number=number, digest=digest(content), text=text))


def _check_global(request: AdminRequest) -> None:
    if request.admin.tenant is not None:
        raise forbidden(Reason.OUTSIDE_TENANT)
