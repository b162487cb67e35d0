"""`GET /admin/v1/signals`: what was unusual, the newest first."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated, Any

from msgspec import Struct
from pydantic import Field

from federation.admin_api.cursor import PATTERN, Cursors
from federation.admin_api.models import Shown
from federation.admin_api.operation import AdminRequest, Answer, Operation, Parameter
from federation.admin_api.refusals import AdminRefusal
from federation.insight.moments import PATTERN as MOMENT
from federation.insight.moments import since
from federation.model.confirmation import AUDIT_READ
from federation.model.signals import SignalPage, SignalSearch
from federation.oauth.reasons import Reason
from federation.ports import Clock, SignalRecords
from federation.signals.catalogue.all import SIGNALS
from federation.signals.notice import described

DEFAULT_SINCE = "24h"
DEFAULT_LIMIT = 50
_FORM = "7d, 24h, 30m, 90s, 2026-11-30 or 2026-11-30T08:00:00Z"
_LIST = "signals"
_NAMES = "|".join(one.name for one in SIGNALS)

SEARCHED = (
    Parameter("name", _NAMES, f"One of {_NAMES.replace('|', ', ')}."),
    Parameter("what", "principal|issuer|client|tenant|address", "What it is about."),
    Parameter("value", r"[\x21-\x7e]{1,256}", "Whom it is about, exactly."),
    Parameter("score", r"[0-9]|[1-9][0-9]|100", "At least; people are told from 70 on."),
    Parameter("since", MOMENT, f"{_FORM}; default: {DEFAULT_SINCE}."),
    Parameter("until", MOMENT, f"Nothing newer: {_FORM}; default: now."),
    Parameter("limit", r"[1-9][0-9]?|1[0-9]{2}|200", f"Signals of a page: 1 to 200, {DEFAULT_LIMIT} by default."),
    Parameter("cursor", PATTERN, "`next` of the page before, for an hour, with everything else as it was."),
)


class SignalShown(Shown):
    """Something unusual."""

    id: Annotated[str, Field(description="The same while its score grows.")]
    name: str
    title: str
    severity: str
    score: Annotated[int, Field(description="0 to 100; people are told from 70 on.")]
    what: str
    value: str
    tenant: str | None
    at: str
    evidence: Annotated[dict[str, Any], Field(description="What was seen, and what was usual.")]
    correlation_ids: Annotated[list[str], Field(description="Of the requests that showed it: `GET /audit` has them.")]
    raises_risk: Annotated[bool, Field(description="Whether it raised the risk score of whom it is about.")]
    runbook: Annotated[str, Field(description="The page that says what to do.")]


class SignalsShown(Shown):
    """A page of signals, the newest first; one may have few, or none, although there are more."""

    items: list[SignalShown]
    next: Annotated[str | None, Field(description="The cursor of the next page; null: this is the last.")]


class SignalList(Struct, frozen=True):
    """A tenant's auditor sees those about the tenant's own; addresses and strangers are for global admins."""

    records: SignalRecords
    clock: Clock
    cursors: Cursors

    def operations(self) -> Iterator[Operation]:
        """The table."""
        yield Operation(
            "GET",
            "/signals",
            AUDIT_READ,
            "What was unusual about principals, issuers, clients, tenants and addresses, with the evidence.",
            handle=self._list,
            name="listSignals",
            query=SEARCHED,
            response=SignalsShown,
        )

    def _list(self, request: AdminRequest) -> Answer:
        asked = request.query
        search = SignalSearch(
            since=self._moment("since", asked.get("since", DEFAULT_SINCE)),
            until=self._moment("until", asked["until"]) if "until" in asked else None,
            name=asked.get("name"),
            what=asked.get("what"),
            value=asked.get("value"),
            score=int(asked.get("score", "0")),
            tenant=request.admin.tenant,
        )
        after = self.cursors.read(_LIST, asked.get("cursor"), request.admin)
        page = self._page(search, after, int(asked.get("limit", DEFAULT_LIMIT)))
        following = None if page.after is None else self.cursors.make(_LIST, page.after, request.admin)
        return Answer(HTTPStatus.OK, {"items": [described(one) for one in page.items], "next": following})

    def _page(self, search: SignalSearch, after: str | None, limit: int) -> SignalPage:
        try:
            return self.records.page(search, after, limit)
        except ValueError:
            raise AdminRefusal(HTTPStatus.BAD_REQUEST, Reason.BAD_CURSOR) from None

    def _moment(self, name: str, text: str) -> int:
        try:
            return since(text, self.clock.now())
        except ValueError:
            raise AdminRefusal(HTTPStatus.BAD_REQUEST, Reason.MALFORMED_QUERY, f"{name}: {_FORM}") from None
