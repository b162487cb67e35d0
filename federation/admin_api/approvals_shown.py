"""What is said to requests for approval, and how they are shown."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from federation.admin.approvals import LIFETIME, LONGEST, MOST_USES
from federation.admin.changes import rfc3339
from federation.admin_api.models import Body, Reason, Shown
from federation.documents.schema.document import DURATION
from federation.model.approval import ApprovalState, StoredApproval
from federation.model.duration import seconds

MOST_SHOWN = 500


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
    reason: Reason = ""


class DenyBody(Body):
    """Why not."""

    reason: Reason = ""


class ApprovalShown(Shown):
    """A request that somebody must approve, and what was said to it."""

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


class ApprovalsShown(Shown):
    """Those that have not expired, newest first."""

    items: list[ApprovalShown]
    truncated: Annotated[bool, Field(description=f"There are more than {MOST_SHOWN}.")]


def show_approval(stored: StoredApproval) -> dict[str, Any]:
    """All of it, for those who decide. Times: RFC 3339."""
    asked = stored.request
    return {
        "id": asked.id,
        "state": stored.state.value,
        "principal": asked.principal,
        "actors": list(asked.actors),
        "tenant": asked.tenant,
        "client_id": asked.client_id,
        "audiences": list(asked.audiences),
        "scopes": list(asked.scopes),
        "purposes": list(asked.purposes),
        "authorization_details": [dict(detail) for detail in asked.authorization_details],
        "requested_at": rfc3339(stored.requested_at),
        "expires_at": rfc3339(stored.expires_at),
        "decided_by": stored.decided_by,
        "decided_at": None if stored.decided_at is None else rfc3339(stored.decided_at),
        "reason": stored.reason,
        "uses": stored.uses,
    }
