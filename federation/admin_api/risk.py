"""`/admin/v1/risk`: what watches from outside raises a risk score; `explain` says why a score is what it is."""

from collections.abc import Collection, Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Self

from msgspec import Struct
from pydantic import Field

from federation.admin.changes import rfc3339
from federation.admin.owners import Owners
from federation.admin_api.guard import Admin
from federation.admin_api.models import Body, Name, Shown, Why, naming_one
from federation.admin_api.operation import AdminRequest, Answer, Operation
from federation.admin_api.refusals import forbidden, wrong
from federation.model.confirmation import RISK_WRITE
from federation.model.json import Json
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.risk import (
    HIGHEST,
    LONGEST,
    MAX_CORRELATION_IDS,
    RiskCause,
    RiskKey,
    RiskOf,
    decay_until,
    score_of,
)
from federation.oauth.reasons import Reason
from federation.ports import Clock
from federation.signals.raising import RiskRaiser

_WHOSE: tuple[RiskOf, ...] = ("principal", "client", "issuer")


class RiskBody(Body):
    """Exactly one of principal, client and issuer; how suspect it is, why, and until when."""

    model_config = naming_one(_WHOSE)

    principal: Annotated[Name | None, Field(description="As tokens name it in `sub`.")] = None
    tenant: Annotated[Name | None, Field(description="Of the principal; none: the one that belongs to none.")] = None
    client: Annotated[Name | None, Field(description="Id of a Client document.")] = None
    issuer: Annotated[Name | None, Field(description="Id of an Issuer document.")] = None
    score: Annotated[int, Field(ge=1, le=HIGHEST, description="100: it is certainly not who it should be.")]
    reason: Why
    until: Annotated[
        str | None,
        Field(
            pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[-+][0-9]{2}:[0-9]{2})$",
            description="RFC 3339, within 30 days: an eighth is left just before, and nothing then. Without it, and"
            " where it is near, the score halves every hour.",
        ),
    ] = None
    correlation_ids: Annotated[
        list[Annotated[str, Field(pattern=r"^[A-Za-z0-9_=+/:.-]{1,128}$")]],
        Field(default_factory=list, max_length=MAX_CORRELATION_IDS, description="Of the requests that it rests on."),
    ]


class CauseShown(Shown):
    """Why a score was raised."""

    score: Annotated[int, Field(description="What is left of it.")]
    raised_to: int
    raised_at: str
    until: Annotated[str, Field(description="Nothing is left of it then.")]
    half_life: Annotated[int, Field(description="Seconds.")]
    reason: str
    source: Annotated[str, Field(description="An admin's principal, or signal:NAME.")]
    correlation_ids: list[str]

    @classmethod
    def of(cls, cause: RiskCause, now: int) -> Self:
        """`now`: seconds since the epoch."""
        return cls(
            score=cause.decay.now(now),
            raised_to=cause.decay.score,
            raised_at=rfc3339(cause.decay.at),
            until=rfc3339(cause.decay.ends_at),
            half_life=cause.decay.half_life,
            reason=cause.reason,
            source=cause.source,
            correlation_ids=list(cause.correlation_ids),
        )


class RiskShown(Shown):
    """A score as policies read it, and why it is what it is."""

    what: str
    value: str
    tenant: str | None
    score: int
    causes: Annotated[list[CauseShown], Field(description="The highest counts; it comes first.")]

    @classmethod
    def of(cls, key: RiskKey, causes: Collection[RiskCause], now: int, *, with_causes: bool = True) -> Self:
        """The score, and what it is made of where that is theirs to know. `now`: seconds since the epoch."""
        ordered = sorted(causes, key=lambda cause: cause.decay.now(now), reverse=True)
        return cls(
            what=key.what,
            value=key.value,
            tenant=key.tenant,
            score=score_of(causes).now(now),
            causes=[CauseShown.of(cause, now) for cause in ordered] if with_causes else [],
        )


class Risks(Struct, frozen=True):
    """A tenant's admin raises the scores of the tenant's own."""

    raiser: RiskRaiser
    owners: Owners
    clock: Clock

    def operations(self) -> Iterator[Operation]:
        """The table."""
        yield Operation(
            "POST",
            "/risk",
            RISK_WRITE,
            "Raise the risk score of a principal, a client or an issuer. It is never lowered by this, and decays.",
            handle=self._raise,
            name="raiseRisk",
            request=RiskBody,
            response=RiskShown,
            status=HTTPStatus.CREATED,
        )

    def _raise(self, request: AdminRequest) -> Answer:
        body: RiskBody = request.body
        key, now = self._key(body, request.admin), int(self.clock.now())
        decay = decay_until(body.score, now, _until(body.until, now))
        cause = RiskCause(decay, body.reason, request.admin.principal, tuple(body.correlation_ids))
        raised = self.raiser.raise_risk(key, cause, self._facts(request))
        return Answer(HTTPStatus.CREATED, RiskShown.of(key, raised, now))

    def _key(self, body: RiskBody, admin: Admin) -> RiskKey:
        """Raises AdminRefusal: 422, 403 for what is not the admin's."""
        keys = [RiskKey(what, value) for what in _WHOSE if (value := getattr(body, what)) is not None]
        if len(keys) != 1 or (body.tenant is not None and body.principal is None):
            raise wrong("", "name one of principal, client and issuer; a tenant with a principal alone")
        if body.principal is not None:
            return self._principal(body.principal, body.tenant, admin.tenant)
        target = RevocationKey(RevocationTarget(keys[0].what), keys[0].value)
        owner = self.owners.tenant_of(target)
        if admin.tenant is not None and owner != admin.tenant:
            raise forbidden(Reason.OUTSIDE_TENANT)
        return keys[0]._replace(tenant=owner)

    def _principal(self, principal: str, tenant: str | None, own: str | None) -> RiskKey:
        """A principal of that name may be another tenant's as well: a tenant's admin means their own."""
        if own is not None and tenant not in (None, own):
            raise forbidden(Reason.OUTSIDE_TENANT)
        return RiskKey("principal", principal, tenant if own is None else own)

    def _facts(self, request: AdminRequest) -> dict[str, Json]:
        own: dict[str, Json] = {"tenant": request.admin.tenant, "risk_actors": list(request.admin.actors)}
        return request.facts("raiseRisk", self.clock.now()) | own


def _until(text: str | None, now: int) -> int | None:
    if text is None:
        return None
    try:
        until = int(datetime.fromisoformat(text).timestamp())
    except (OverflowError, ValueError):
        until = 0
    if not now < until <= now + LONGEST:
        raise wrong("/until", "it is no moment within the next 30 days")
    return until
