"""`/admin/v1/approvals`: what waits for a person, and what that person says."""

from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from typing import Annotated, Any, Self

from msgspec import Struct
from pydantic import AfterValidator, BeforeValidator, Field

from federation.admin.approvals import (
    LIFETIME,
    LONGEST,
    MOST_USES,
    AlreadyDecided,
    Approver,
    CannotDecide,
    Decider,
    MayNotDecide,
    NewDecider,
    NoSuchApproval,
    OutOfBounds,
)
from federation.admin.changes import rfc3339
from federation.admin.second_admin import NewAdmin, SecondAdmin
from federation.admin_api.cursor import Cursors
from federation.admin_api.listing import Listing, paged
from federation.admin_api.models import Body, ReasonText, Shown
from federation.admin_api.operation import AdminRequest, Answer, Handle, Operation, Parameter
from federation.admin_api.refusals import AdminRefusal, conflict, forbidden, wrong
from federation.admin_api.risk import RiskShown
from federation.documents.schema.document import DURATION
from federation.model.approval import ApprovalRequest, ApprovalState, StoredApproval
from federation.model.confirmation import APPROVALS_DECIDE
from federation.model.document_values import seconds
from federation.model.risk import RiskKey
from federation.oauth.reasons import Reason
from federation.ports import Clock, RiskScores

DEFAULT_LIMIT = 100


def _seconds(lifetime: object) -> object:
    return seconds(lifetime) if isinstance(lifetime, str) else lifetime


def _at_most_a_day(lifetime: int) -> int:
    if not 1 <= lifetime <= LONGEST:
        raise ValueError("1 second to 24h")
    return lifetime


_Written = Annotated[int, Field(ge=1, le=LONGEST)] | Annotated[str, Field(pattern=DURATION)]
Lifetime = Annotated[int, BeforeValidator(_seconds, json_schema_input_type=_Written), AfterValidator(_at_most_a_day)]


class ApproveBody(Body):
    """How far the approval goes."""

    lifetime: Annotated[Lifetime, Field(description="Seconds, or as 15m, that it holds.")] = LIFETIME
    uses: Annotated[int, Field(ge=1, le=MOST_USES, description="How many tokens it is good for.")] = 1
    reason: ReasonText = ""


class DenyBody(Body):
    """Why not."""

    reason: ReasonText = ""


class ApprovalShown(Shown):
    """A request that a person must approve, and what was said to it."""

    id: str
    state: ApprovalState
    principal: str
    actors: Annotated[list[str], Field(description="Who acts, the current actor first.")]
    tenant: str | None
    client_id: str | None
    audiences: list[str]
    scopes: list[str]
    purposes: Annotated[list[str], Field(description="What the policies say is to be approved.")]
    authorization_details: list[dict[str, Any]]
    requested_at: str
    expires_at: Annotated[str, Field(description="Until when it can be decided, used, or is denied.")]
    decided_by: str | None
    decided_at: str | None
    reason: str
    uses: Annotated[int, Field(description="How many tokens it is good for.")]

    @classmethod
    def of(cls, stored: StoredApproval, **more: Any) -> Self:  # noqa: ANN401 (members of a form with more of them)
        """All of it, for those who decide. Times: RFC 3339."""
        asked = stored.request
        return cls(
            id=asked.id,
            state=stored.state,
            principal=asked.principal,
            actors=list(asked.actors),
            tenant=asked.tenant,
            client_id=asked.client_id,
            audiences=list(asked.audiences),
            scopes=list(asked.scopes),
            purposes=list(asked.purposes),
            authorization_details=[dict(detail) for detail in asked.authorization_details],
            requested_at=rfc3339(stored.requested_at),
            expires_at=rfc3339(stored.expires_at),
            decided_by=stored.decided_by,
            decided_at=None if stored.decided_at is None else rfc3339(stored.decided_at),
            reason=stored.reason,
            uses=stored.uses,
            **more,
        )


class ApprovalDetailShown(ApprovalShown):
    """The same with what one looks at before deciding."""

    issuer: Annotated[str, Field(description="Id of the Issuer that vouches for the principal.")]
    through: Annotated[list[str], Field(description="To whom the tokens behind the request were issued.")]
    risk: Annotated[list[RiskShown], Field(description="Scores above 0 of the principal, who acts, issuer and client.")]


class ApprovalsShown(Shown):
    """A page of those that have not expired, nearly the newest first; it may have few although there are more."""

    items: list[ApprovalShown]
    next: Annotated[str | None, Field(description="The cursor of the next page; null: this is the last.")]


ID = Parameter("id", "[0-9a-f]{64}", "`approval_id`, as the caller was told it.")
STATE = Parameter("state", "|".join(ApprovalState), "Only those that are so.")


class ApprovalRequests(Struct, frozen=True):
    """No party decides about its own request."""

    approver: Approver
    second: SecondAdmin
    cursors: Cursors
    risks: RiskScores
    clock: Clock

    def operations(self) -> Iterator[Operation]:
        """The table."""
        yield Operation(
            "GET",
            "/approvals",
            APPROVALS_DECIDE,
            "What waits for a decision, and what was decided and has not expired; newest first.",
            handle=self._list,
            name="listApprovals",
            query=(STATE, *paged(DEFAULT_LIMIT)),
            response=ApprovalsShown,
        )
        yield Operation(
            "GET",
            "/approvals/{id}",
            APPROVALS_DECIDE,
            "One request, with the risk of who takes part in it.",
            handle=self._get,
            name="getApproval",
            variables=(ID,),
            response=ApprovalDetailShown,
            refusals=(HTTPStatus.NOT_FOUND,),
        )
        explained = "Let the request through: for a time, and so many tokens."
        yield _decision("approve", explained, self._approve, ApproveBody)
        yield _decision("deny", "Refuse the request, and whoever repeats it for a while.", self._deny, DenyBody)

    def _list(self, request: AdminRequest) -> Answer:
        read = partial(self.approver.page, request.admin.tenant, request.query.get("state"))
        return Listing(self.cursors, "approvals", ApprovalsShown, DEFAULT_LIMIT).page(request, read, ApprovalShown.of)

    def _get(self, request: AdminRequest) -> Answer:
        stored = self.approver.find(request.path["id"], request.admin.tenant)
        if stored is None:
            raise AdminRefusal(HTTPStatus.NOT_FOUND, Reason.NO_SUCH_APPROVAL)
        asked = stored.request
        risk = self._risk(asked, request.admin.tenant)
        shown = ApprovalDetailShown.of(stored, issuer=asked.issuer, through=list(asked.through), risk=risk)
        return Answer(HTTPStatus.OK, shown)

    def _risk(self, asked: ApprovalRequest, tenant: str | None) -> list[RiskShown]:
        """A tenant's admin reads why their own principals and issuer have a score, and of others the score alone."""
        now, found = int(self.clock.now()), self.risks.causes(risk_keys_of(asked))
        own = (RiskKey("principal", asked.principal, asked.tenant), RiskKey("issuer", asked.issuer, asked.tenant))
        shown = (
            RiskShown.of(key, causes, now, with_causes=tenant is None or key in own) for key, causes in found.items()
        )
        return [one for one in shown if one.score]

    def _approve(self, request: AdminRequest) -> Answer:
        said: ApproveBody = request.body
        return _decided(
            lambda: self.approver.approve(
                request.path["id"],
                _decider(request),
                lifetime=said.lifetime,
                uses=said.uses,
                reason=said.reason,
                check=lambda pending: self._check_decider(request, pending),
            )
        )

    def _check_decider(self, request: AdminRequest, pending: StoredApproval) -> None:
        """A new admin approves nothing that was asked for by then, nor anything for a day."""
        try:
            self.second.check_decider(request.admin.came, pending.requested_at)
        except NewAdmin as error:
            raise NewDecider(str(error)) from None

    def _deny(self, request: AdminRequest) -> Answer:
        reason: str = request.body.reason
        return _decided(lambda: self.approver.deny(request.path["id"], _decider(request), reason=reason))


def risk_keys_of(asked: ApprovalRequest) -> frozenset[RiskKey]:
    """Whose scores a policy reads that asks for it; an actor and a client may be of the tenant, or of none."""
    tenants = (asked.tenant, None)
    people = {RiskKey("principal", name, tenant) for name in asked.actors for tenant in tenants}
    subject = {RiskKey("principal", asked.principal, asked.tenant), RiskKey("issuer", asked.issuer, asked.tenant)}
    client = {RiskKey("client", asked.client_id, tenant) for tenant in tenants} if asked.client_id else set()
    return frozenset(key for key in people | subject | client if key.value)


def _decision(name: str, explained: str, handle: Handle, body: type[Body]) -> Operation:
    return Operation(
        "POST",
        f"/approvals/{{id}}/{name}",
        APPROVALS_DECIDE,
        explained,
        handle=handle,
        name=name,
        variables=(ID,),
        request=body,
        response=ApprovalShown,
        refusals=(HTTPStatus.CONFLICT,),
    )


def _decider(request: AdminRequest) -> Decider:
    admin = request.admin
    return Decider(admin.principal, admin.tenant, admin.actors, request.correlation_id, admin.subjects)


def _decided(decide: Callable[[], StoredApproval]) -> Answer:
    try:
        return Answer(HTTPStatus.OK, ApprovalShown.of(decide()))
    except CannotDecide as refusal:
        raise _refused(refusal) from None


def _refused(refusal: CannotDecide) -> AdminRefusal:
    explained = str(refusal)
    match refusal:
        case NoSuchApproval():
            return AdminRefusal(HTTPStatus.NOT_FOUND, Reason.NO_SUCH_APPROVAL)
        case NewDecider():
            return forbidden(Reason.NEW_ADMIN, explained)
        case MayNotDecide():
            return forbidden(Reason.OWN_REQUEST)
        case AlreadyDecided():
            return conflict(Reason.ALREADY_DECIDED, explained)
        case OutOfBounds():
            return wrong("", explained)
    raise refusal
