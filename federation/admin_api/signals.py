"""`GET /admin/v1/signals`: what was unusual, the newest first."""

from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

from msgspec import Struct
from pydantic import Field

from federation.admin_api.cursor import Cursors
from federation.admin_api.listing import SPAN, Listing, paged, span_of
from federation.admin_api.models import Shown
from federation.admin_api.operation import AdminRequest, Answer, Operation, Parameter
from federation.model.confirmation import AUDIT_READ
from federation.model.signals import SignalSearch
from federation.ports import Clock, SignalRecords
from federation.signals.catalogue.all import SIGNALS
from federation.signals.notice import described

_NAMES = "|".join(one.name for one in SIGNALS)

SEARCHED = (
    Parameter("name", _NAMES, f"One of {_NAMES.replace('|', ', ')}."),
    Parameter("what", "principal|issuer|client|tenant|address", "What it is about."),
    Parameter("value", r"[\x21-\x7e]{1,256}", "Whom it is about, exactly."),
    Parameter("score", r"[0-9]|[1-9][0-9]|100", "At least; people are told from 70 on."),
    *SPAN,
    *paged(),
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
        asked, (since, until) = request.query, span_of(request.query, self.clock.now())
        search = SignalSearch(
            since=since,
            until=until,
            name=asked.get("name"),
            what=asked.get("what"),
            value=asked.get("value"),
            score=int(asked.get("score", "0")),
            tenant=request.admin.tenant,
        )
        return Listing(self.cursors, "signals", SignalsShown).page(
            request, partial(self.records.page, search), lambda signal: SignalShown.model_validate(described(signal))
        )
