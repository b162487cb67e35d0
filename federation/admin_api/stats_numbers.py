"""What the metrics say, in the forms that `GET /admin/v1/stats` answers."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Self, TypeAlias

from msgspec import Struct
from pydantic import Field

from federation.admin_api.models import Shown
from federation.model.metrics import (
    ARCHIVE_LAG,
    AWS_FAILED,
    AWS_THROTTLED,
    BY_ISSUER,
    EXCHANGE_DURATION,
    ISSUED,
    ISSUER_KEYS_STALE,
    NO_TENANT,
    REFUSED,
    STEP_DURATION,
)
from federation.model.prices import cost_of
from federation.ports import Asked, MetricHistory, Series, Window

HOUR, DAY = 3600, 86400
Values: TypeAlias = list[float | None]


class IssuerShown(Shown):
    """Of those whom an issuer vouches for, or who claim that it does."""

    tenant: str | None
    issuer: Annotated[str, Field(description="Id of the Issuer document; `(client)`: clients that ask for themselves.")]
    values: list[float]


class ExchangesShown(Shown):
    """Tokens that were issued."""

    total: list[float]
    by_issuer: list[IssuerShown]


class ReasonShown(Shown):
    """Of one reason code."""

    reason: str
    values: list[float]


class RefusalsShown(Shown):
    """Requests that were refused, at any endpoint."""

    total: list[float]
    by_issuer: list[IssuerShown]
    by_reason: Annotated[list[ReasonShown] | None, Field(description="Null: for global admins.")]


class StepShown(Shown):
    """Milliseconds of successful exchanges."""

    step: Annotated[str, Field(description="`total`: from the first byte to the commit.")]
    p50: Values
    p99: Values


class AwsShown(Shown):
    """Attempts of the functions that answer requests."""

    service: str
    failed: list[float]
    throttled: list[float]


class QueueShown(Shown):
    """Age of the oldest message."""

    name: str
    age: Annotated[Values, Field(description="Seconds.")]


class FunctionShown(Shown):
    """A Lambda function, over the window."""

    name: str
    invocations: float
    errors: float
    throttles: float


class TenantCostShown(Shown):
    """What a tenant's requests cost."""

    tenant: str | None
    dollars: float


class CostShown(Shown):
    """Since midnight (UTC): exchanges and refusals times what each uses, by the price table of `make cost`."""

    dollars: float
    tenants: list[TenantCostShown]


class Numbers(Struct, frozen=True):
    """`tenant`: whose numbers alone are told; None: everybody's."""

    window: Mapping[str, tuple[Series, ...]]
    day: Mapping[str, tuple[Series, ...]]
    queues: Mapping[str, Series]
    buckets: int
    tenant: str | None

    @classmethod
    def read(cls, history: MetricHistory, window: Window, now: int, queues: Sequence[str], tenant: str | None) -> Self:
        """Raises what the port raises. `now`: seconds since the epoch."""
        midnight = now // DAY * DAY
        today = Window(midnight, HOUR, (now - midnight) // HOUR + 1)
        ages = [
            Asked("ApproximateAgeOfOldestMessage", "Maximum", (), "AWS/SQS", {"QueueName": name}) for name in queues
        ]
        read = history.read([*_WINDOW.values(), *ages], window)
        asked = dict(zip(_WINDOW, read, strict=False))
        told = {name: one[0] for name, one in zip(queues, read[len(_WINDOW) :], strict=True)}
        day = dict(zip(_DAY, history.read(list(_DAY.values()), today), strict=True))
        return cls(asked, day, told, window.buckets, tenant)

    def exchanges(self) -> ExchangesShown:
        """Of the tenant's issuers, or all."""
        by_issuer = self._by_issuer("issued_by")
        return ExchangesShown(total=self._total("issued", by_issuer), by_issuer=by_issuer)

    def refusals(self) -> RefusalsShown:
        """Those that name no issuer are in the total of a global admin alone."""
        by_issuer = self._by_issuer("refused_by")
        reasons = [ReasonShown(reason=one.dimensions["reason"], values=_counts(one)) for one in self._told("reasons")]
        by_reason = reasons if self.tenant is None else None
        return RefusalsShown(total=self._total("refused", by_issuer), by_issuer=by_issuer, by_reason=by_reason)

    def latency(self) -> list[StepShown]:
        """The total first."""
        tails = {one.dimensions["step"]: one for one in self._told("step_p99")}
        steps = [
            StepShown(step=step, p50=list(one.values), p99=list(tails[step].values))
            for one in self._told("step_p50")
            if (step := one.dimensions["step"]) in tails
        ]
        (p50,), (p99,) = self.window["p50"], self.window["p99"]
        return [StepShown(step="total", p50=list(p50.values), p99=list(p99.values)), *steps]

    def aws(self) -> list[AwsShown]:
        """Services of which something is known."""
        failed, throttled = (
            {one.dimensions["aws"]: _counts(one) for one in self._told(name)} for name in ("failed", "throttled")
        )
        none = [0.0] * self.buckets
        return [
            AwsShown(service=name, failed=failed.get(name, none), throttled=throttled.get(name, none))
            for name in sorted({*failed, *throttled})
        ]

    def stale_issuers(self) -> list[str]:
        """At the last two runs that may be told of by now."""
        return [one.dimensions["issuer"] for one in self._told("stale") if any(one.values[-2:])]

    def archive_lag(self) -> Values:
        """Seconds."""
        return list(self.window["lag"][0].values)

    def queue_ages(self) -> list[QueueShown]:
        """In their order."""
        return [QueueShown(name=name, age=list(one.values)) for name, one in self.queues.items()]

    def functions(self, stack: str) -> list[FunctionShown]:
        """Of our deployment, which is called `stack`."""
        totals = {
            name: {one.dimensions["FunctionName"]: sum(_counts(one)) for one in self._told(name)}
            for name in ("invocations", "errors", "throttles")
        }
        names = sorted(name for name in {*totals["invocations"], *totals["errors"]} if name.startswith(f"{stack}-"))
        return [
            FunctionShown(
                name=name.removeprefix(f"{stack}-"),
                **{what: counted.get(name, 0.0) for what, counted in totals.items()},
            )
            for name in names
        ]

    def cost(self, algorithm: str) -> CostShown:
        """What strangers cost is nobody's: it is in the total of a global admin alone."""
        issued, refused = (_by_tenant(self._own(self.day[name])) for name in ("issued_by", "refused_by"))
        tenants = [
            TenantCostShown(tenant=name, dollars=_dollars(issued.get(name, 0), refused.get(name, 0), algorithm))
            for name in sorted({*issued, *refused}, key=lambda name: name or "")
        ]
        if self.tenant is not None:
            return CostShown(dollars=sum(one.dollars for one in tenants), tenants=tenants)
        all_issued, all_refused = (sum(_counts(self.day[name][0])) for name in ("issued", "refused"))
        return CostShown(dollars=_dollars(all_issued, all_refused, algorithm), tenants=tenants)

    def _told(self, name: str) -> list[Series]:
        return [one for one in self.window[name] if any(value is not None for value in one.values)]

    def _own(self, series: Iterable[Series]) -> list[Series]:
        return [one for one in series if self.tenant in (None, _tenant(one))]

    def _by_issuer(self, name: str) -> list[IssuerShown]:
        return [
            IssuerShown(tenant=_tenant(one), issuer=one.dimensions["issuer"], values=_counts(one))
            for one in self._own(self._told(name))
        ]

    def _total(self, name: str, by_issuer: Sequence[IssuerShown]) -> list[float]:
        if self.tenant is None:
            return _counts(self.window[name][0])
        return [sum(each) for each in zip(*(one.values for one in by_issuer), strict=True)] or [0.0] * self.buckets


_WINDOW: Mapping[str, Asked] = {
    "issued": Asked(ISSUED.name),
    "issued_by": Asked(ISSUED.name, by=BY_ISSUER),
    "refused": Asked(REFUSED.name),
    "refused_by": Asked(REFUSED.name, by=BY_ISSUER),
    "reasons": Asked(REFUSED.name, by=("reason",)),
    "p50": Asked(EXCHANGE_DURATION.name, "p50"),
    "p99": Asked(EXCHANGE_DURATION.name, "p99"),
    "step_p50": Asked(STEP_DURATION.name, "p50", by=("step",)),
    "step_p99": Asked(STEP_DURATION.name, "p99", by=("step",)),
    "failed": Asked(AWS_FAILED.name, by=("aws",)),
    "throttled": Asked(AWS_THROTTLED.name, by=("aws",)),
    "stale": Asked(ISSUER_KEYS_STALE.name, by=("issuer",)),
    "lag": Asked(ARCHIVE_LAG.name, "Maximum"),
    "invocations": Asked("Invocations", by=("FunctionName",), namespace="AWS/Lambda", fixed={}),
    "errors": Asked("Errors", by=("FunctionName",), namespace="AWS/Lambda", fixed={}),
    "throttles": Asked("Throttles", by=("FunctionName",), namespace="AWS/Lambda", fixed={}),
}
_DAY: Mapping[str, Asked] = {name: _WINDOW[name] for name in ("issued", "issued_by", "refused", "refused_by")}


def _tenant(series: Series) -> str | None:
    tenant = series.dimensions["tenant"]
    return None if tenant == NO_TENANT else tenant


def _counts(series: Series) -> list[float]:
    """Nothing counted is zero."""
    return [value or 0.0 for value in series.values]


def _by_tenant(series: Iterable[Series]) -> dict[str | None, float]:
    totals: dict[str | None, float] = {}
    for one in series:
        totals[_tenant(one)] = totals.get(_tenant(one), 0.0) + sum(_counts(one))
    return totals


def _dollars(issued: float, refused: float, algorithm: str) -> float:
    return round(cost_of(issued, refused, algorithm), 6)
