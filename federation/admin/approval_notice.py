"""What people are told who have to decide: everything that they need, and nothing that opens anything."""

from federation.admin.changes import rfc3339
from federation.model.approval import StoredApproval
from federation.model.json import Json

SUBJECT = "An approval is asked for"


def notice(approval: StoredApproval, bridge: str) -> dict[str, Json]:
    """JSON for people and machines. `bridge`: our URL.

    Authorization details are left out: a reader of the topic need not know how much is to be paid to whom.
    """
    asked = approval.request
    return {
        "approval_id": asked.id,
        "principal": asked.principal,
        "actors": list(asked.actors),
        "tenant": asked.tenant,
        "client_id": asked.client_id,
        "audiences": list(asked.audiences),
        "scopes": list(asked.scopes),
        "purposes": list(asked.purposes),
        "requested_at": rfc3339(approval.requested_at),
        "expires_at": rfc3339(approval.expires_at),
        "approve": f"fedbridge approvals approve {asked.id} --url {bridge}",
        "deny": f"fedbridge approvals deny {asked.id} --url {bridge}",
    }
