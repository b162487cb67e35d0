"""`/admin/v1/approvals`: what waits for a person, and what that person says (just-in-time elevation)."""

from collections.abc import Callable, Iterator
from http import HTTPStatus

from msgspec import Struct

from federation.admin.approvals import (
    AlreadyDecided,
    Approver,
    CannotDecide,
    Decider,
    MayNotDecide,
    NoSuchApproval,
    OutOfBounds,
)
from federation.admin_api.approvals_shown import (
    MOST_SHOWN,
    ApprovalShown,
    ApprovalsShown,
    ApproveBody,
    DenyBody,
    show_approval,
)
from federation.admin_api.operation import AdminRequest, Answer, Operation, Parameter
from federation.admin_api.refusals import AdminRefusal, conflict, forbidden, wrong
from federation.model.admin import APPROVALS_DECIDE
from federation.model.approval import ApprovalState, StoredApproval
from federation.oauth.reasons import Reason

ID = Parameter("id", "[0-9a-f]{64}", "`approval_id`, as the caller was told it.")
STATE = Parameter("state", "|".join(ApprovalState), "Only those that are so.")


class ApprovalRequests(Struct, frozen=True):
    """Nobody decides about what they asked for themselves."""

    approver: Approver

    def operations(self) -> Iterator[Operation]:
        """The table."""
        yield Operation(
            "GET",
            "/approvals",
            APPROVALS_DECIDE,
            "What waits for a decision, and what was decided and has not expired; newest first.",
            handle=self._list,
            name="listApprovals",
            query=(STATE,),
            response=ApprovalsShown,
        )
        yield Operation(
            "POST",
            "/approvals/{id}/approve",
            APPROVALS_DECIDE,
            "Let the request through: for a time, and so many tokens.",
            handle=self._approve,
            name="approve",
            variables=(ID,),
            request=ApproveBody,
            response=ApprovalShown,
            refusals=(HTTPStatus.CONFLICT,),
        )
        yield Operation(
            "POST",
            "/approvals/{id}/deny",
            APPROVALS_DECIDE,
            "Refuse the request, and whoever repeats it for a while.",
            handle=self._deny,
            name="deny",
            variables=(ID,),
            request=DenyBody,
            response=ApprovalShown,
            refusals=(HTTPStatus.CONFLICT,),
        )

    def _list(self, request: AdminRequest) -> Answer:
        wanted = request.query.get("state")
        found = [one for one in self.approver.approvals(request.admin.tenant) if wanted in (None, one.state)]
        items = [show_approval(one) for one in found[:MOST_SHOWN]]
        return Answer(HTTPStatus.OK, {"items": items, "truncated": len(found) > MOST_SHOWN})

    def _approve(self, request: AdminRequest) -> Answer:
        said: ApproveBody = request.body
        return _decided(
            lambda: self.approver.approve(
                request.path["id"], _decider(request), lifetime=said.lifetime, uses=said.uses, reason=said.reason
            )
        )

    def _deny(self, request: AdminRequest) -> Answer:
        reason: str = request.body.reason
        return _decided(lambda: self.approver.deny(request.path["id"], _decider(request), reason=reason))


def _decider(request: AdminRequest) -> Decider:
    return Decider(request.admin.principal, request.admin.tenant, request.admin.actors, request.correlation_id)


def _decided(decide: Callable[[], StoredApproval]) -> Answer:
    try:
        return Answer(HTTPStatus.OK, show_approval(decide()))
    except CannotDecide as refusal:
        raise _refused(refusal) from None


def _refused(refusal: CannotDecide) -> AdminRefusal:
    explained = str(refusal)
    match refusal:
        case NoSuchApproval():
            return AdminRefusal(HTTPStatus.NOT_FOUND, Reason.NO_SUCH_APPROVAL)
        case MayNotDecide():
            return forbidden(Reason.OWN_REQUEST)
        case AlreadyDecided():
            return conflict(Reason.ALREADY_DECIDED, explained)
        case OutOfBounds():
            return wrong("", explained)
    raise refusal
