"""A list by pages: from when until when, how much of it at once, and where it goes on."""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct

from federation.admin_api.cursor import PATTERN, Cursors
from federation.admin_api.models import Shown
from federation.admin_api.operation import AdminRequest, Answer, Parameter
from federation.admin_api.refusals import AdminRefusal
from federation.insight.moments import PATTERN as MOMENT
from federation.insight.moments import since as moment
from federation.oauth.reasons import Reason

LATELY = "24h"
LIMIT = 50
_FORM = "7d, 24h, 30m, 90s, 2026-11-30 or 2026-11-30T08:00:00Z"
SPAN = (
    Parameter("since", MOMENT, f"{_FORM}; default: {LATELY}."),
    Parameter("until", MOMENT, f"Nothing newer: {_FORM}; default: now."),
)

_T = TypeVar("_T")
Read: TypeAlias = Callable[[str | None, int], tuple[Iterable[_T], str | None]]
"""(behind what, how many) -> items, and behind what to go on; None: that was all. Raises ValueError for no place."""


def paged(limit: int = LIMIT) -> tuple[Parameter, Parameter]:
    """What every list takes. `limit`: of a page, where none is asked for."""
    return (
        Parameter("limit", r"[1-9][0-9]?|1[0-9]{2}|200", f"Items of a page: 1 to 200, {limit} by default."),
        Parameter("cursor", PATTERN, "`next` of the page before, for an hour, with everything else as it was."),
    )


class Listing(Struct, frozen=True):
    """One list. `name`: what a cursor is good for; `form`: of a page; `limit`: of one, where none is asked for."""

    cursors: Cursors
    name: str
    form: Callable[..., Shown]
    limit: int = LIMIT

    def page(self, request: AdminRequest, read: Read[_T], show: Callable[[_T], Any]) -> Answer:
        """The page that was asked for; raises AdminRefusal (400), and what `read` raises."""
        asked = request.query
        after = self.cursors.read(self.name, asked.get("cursor"), request.admin)
        try:
            items, behind = read(after, int(asked.get("limit", self.limit)))
        except ValueError:
            if after is None:
                raise
            raise AdminRefusal(HTTPStatus.BAD_REQUEST, Reason.BAD_CURSOR) from None
        following = None if behind is None else self.cursors.make(self.name, behind, request.admin)
        return Answer(HTTPStatus.OK, self.form(items=[show(one) for one in items], next=following))


def span_of(query: Mapping[str, str], now: float) -> tuple[int, int | None]:
    """`since` and `until`, in seconds since the epoch; None: until now. Raises AdminRefusal (400)."""
    until = query.get("until")
    return _moment("since", query.get("since", LATELY), now), None if until is None else _moment("until", until, now)


def _moment(name: str, text: str, now: float) -> int:
    try:
        return moment(text, now)
    except ValueError:
        raise AdminRefusal(HTTPStatus.BAD_REQUEST, Reason.MALFORMED_QUERY, f"{name}: {_FORM}") from None
