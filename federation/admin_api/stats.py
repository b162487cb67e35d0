"""`GET /admin/v1/stats`: the numbers of the dashboard, for pictures. A tenant's admin sees those of the tenant."""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Annotated

from msgspec import Struct
from pydantic import Field

from federation.admin.approvals import Approver
from federation.admin.changes import rfc3339
from federation.admin_api.guard import Admin
from federation.admin_api.models import Shown
from federation.admin_api.operation import AdminRequest, Answer, Operation, Parameter
from federation.admin_api.refusals import AdminRefusal
from federation.admin_api.stats_keys import KeyAgeShown, key_ages
from federation.admin_api.stats_numbers import (
    AwsShown,
    CostShown,
    ExchangesShown,
    FunctionShown,
    Numbers,
    QueueShown,
    RefusalsShown,
    StepShown,
    Values,
)
from federation.admin_api.visible import Visible
from federation.model.approval import ApprovalState
from federation.model.confirmation import AUDIT_READ
from federation.model.document_values import seconds
from federation.model.keys import KeySet
from federation.model.trust import DocumentRef, Kind
from federation.oauth.reasons import Reason
from federation.ports import Alarms, AlarmState, Clock, KeySets, MetricHistory, Window

DEFAULT_WINDOW = "3h"
MINUTE = 60
BUCKETS = (MINUTE, 300, 3600, 86400)
"""Seconds: the first with which a window has at most MOST_BUCKETS."""
MOST_BUCKETS = 180
LONGEST = 14 * 86400
MOST_COUNTED = 100

_DURATION = "[1-9][0-9]{0,4}[smhd]"
QUERY = (
    Parameter("window", _DURATION, f"How far back: 1m to 14d, as 30m, 3h or 7d; default: {DEFAULT_WINDOW}."),
    Parameter("bucket", _DURATION, f"Of each value: a multiple of 1m, at most {MOST_BUCKETS} of them in the window."),
)


class WaitingShown(Shown):
    """What waits for a person."""

    confirmations: Annotated[int, Field(description="Dangerous documents that a second admin may let hold.")]
    approvals: Annotated[int, Field(description=f"Requests for approval; {MOST_COUNTED}: there may be more.")]


class AlarmShown(Shown):
    """An alarm, whose runbook says what to do."""

    name: str
    rings: bool
    since: Annotated[str, Field(description="When it came into this state.")]
    meaning: str
    runbook: str


class StatsShown(Shown):
    """Series have a value for each bucket, oldest first. Null as a value: nothing was measured in that bucket."""

    tenant: Annotated[str | None, Field(description="Whose numbers these are; null: everybody's.")]
    since: str
    until: Annotated[str, Field(description="Where the last bucket ends, which may be ahead of now.")]
    bucket: Annotated[int, Field(description="Seconds.")]
    exchanges: ExchangesShown
    refusals: RefusalsShown
    latency: Annotated[list[StepShown] | None, Field(description="By step. Null: for global admins.")]
    aws: Annotated[list[AwsShown] | None, Field(description="Attempts at AWS that failed. Null: for global admins.")]
    keys: list[KeyAgeShown]
    stale_issuers: Annotated[list[str], Field(description="Issuers of whose keys nothing was heard for too long.")]
    archive_lag: Annotated[Values | None, Field(description="Seconds, the most. Null: for global admins.")]
    queues: Annotated[list[QueueShown] | None, Field(description="What was given up. Null: for global admins.")]
    functions: Annotated[list[FunctionShown] | None, Field(description="Null: for global admins.")]
    alarms: Annotated[list[AlarmShown] | None, Field(description="Null: for global admins.")]
    cost: CostShown
    waiting: WaitingShown


class Stats(Struct, frozen=True):
    """`key_lifetime`: seconds for which a signing key signs. `stack`: name of the deployment.

    `queues`: names of queues that are looked at.
    """

    history: MetricHistory
    key_sets: KeySets
    approver: Approver
    visible: Visible
    clock: Clock
    algorithm: str
    key_lifetime: int
    alarms: Alarms
    stack: str = ""
    queues: Sequence[str] = ()

    def operations(self) -> Iterator[Operation]:
        """The table."""
        yield Operation(
            "GET",
            "/stats",
            AUDIT_READ,
            "How much is exchanged and refused, how fast, at what cost, and what needs a look.",
            handle=self._get,
            name="getStats",
            query=QUERY,
            response=StatsShown,
        )

    def _get(self, request: AdminRequest) -> Answer:
        return Answer(HTTPStatus.OK, self._shown(request.admin, self._window(request)))

    def _window(self, request: AdminRequest) -> Window:
        length = seconds(request.query.get("window", DEFAULT_WINDOW))
        fitting = next((one for one in BUCKETS if length <= one * MOST_BUCKETS), BUCKETS[-1])
        bucket = seconds(request.query["bucket"]) if "bucket" in request.query else fitting
        if not MINUTE <= length <= LONGEST or bucket % MINUTE or length > bucket * MOST_BUCKETS or bucket > LONGEST:
            explained = "; ".join(f"{each.name}: {each.description}" for each in QUERY)
            raise AdminRefusal(HTTPStatus.BAD_REQUEST, Reason.MALFORMED_QUERY, explained)
        end = int(self.clock.now()) // bucket * bucket + bucket
        buckets = -(-length // bucket)
        return Window(end - buckets * bucket, bucket, buckets)

    def _shown(self, admin: Admin, window: Window) -> StatsShown:
        now = int(self.clock.now())
        numbers = Numbers.read(self.history, window, now, self.queues, admin.tenant)
        everybodys = admin.tenant is None
        return StatsShown(
            tenant=admin.tenant,
            since=rfc3339(window.since),
            until=rfc3339(window.until),
            bucket=window.bucket,
            exchanges=numbers.exchanges(),
            refusals=numbers.refusals(),
            latency=numbers.latency() if everybodys else None,
            aws=numbers.aws() if everybodys else None,
            keys=key_ages(self.key_sets.load() or KeySet(), self.key_lifetime, now),
            stale_issuers=[one for one in numbers.stale_issuers() if everybodys or self._is_seen(admin, one)],
            archive_lag=numbers.archive_lag() if everybodys else None,
            queues=numbers.queue_ages() if everybodys else None,
            functions=numbers.functions(self.stack) if everybodys else None,
            alarms=[_alarm(one) for one in self.alarms.states()] if everybodys else None,
            cost=numbers.cost(self.algorithm),
            waiting=self._waiting(admin),
        )

    def _is_seen(self, admin: Admin, issuer: str) -> bool:
        return self.visible.document(admin, DocumentRef(Kind.ISSUER, issuer)) is not None

    def _waiting(self, admin: Admin) -> WaitingShown:
        pending = (DocumentRef(Kind.MAPPING, id_) for id_ in self.visible.pages.pending_mappings())
        approvals = self.approver.page(admin.tenant, ApprovalState.PENDING, None, MOST_COUNTED)
        return WaitingShown(
            confirmations=sum(self.visible.document(admin, ref) is not None for ref in pending),
            approvals=len(approvals.items),
        )


def _alarm(state: AlarmState) -> AlarmShown:
    meaning, _, runbook = state.description.rpartition(" ")
    return AlarmShown(
        name=state.name, rings=state.rings, since=rfc3339(state.since), meaning=meaning.rstrip("."), runbook=runbook
    )
