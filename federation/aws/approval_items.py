"""Approvals as items of the state table."""

import json
from typing import Any

from msgspec import to_builtins

from federation.aws.items import Item, Key, item_key
from federation.model.approval import ApprovalRequest, ApprovalState, StoredApproval
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason

MARGIN = 300
"""Seconds that DynamoDB keeps an item beyond its end: our clocks may run behind its own."""
INDEX = "listing"
LISTING = "approval"


def approval_key(id_: str) -> Key:
    """Where the approval of that id lies."""
    return {"pk": {"S": item_key("approval", id_)}}


def approval_item(approval: StoredApproval) -> Item:
    """All of it."""
    item: Item = {
        **approval_key(approval.request.id),
        INDEX: {"S": LISTING},
        "request": {"S": json.dumps(to_builtins(approval.request))},
        "state": {"S": approval.state.value},
        "requested_at": {"N": str(approval.requested_at)},
        "expires_at": {"N": str(approval.expires_at + MARGIN)},
        "version": {"N": str(approval.version)},
        "reason": {"S": approval.reason},
        "uses": {"N": str(approval.uses)},
    }
    if approval.decided_by is not None:
        item["decided_by"] = {"S": approval.decided_by}
    if approval.decided_at is not None:
        item["decided_at"] = {"N": str(approval.decided_at)}
    return item


def approval_in(item: Item) -> StoredApproval:
    """The approval in an item; one that cannot be read is no reason to guess: TemporarilyUnavailable."""
    try:
        return StoredApproval(
            request=_request(json.loads(item["request"]["S"])),
            state=ApprovalState(item["state"]["S"]),
            requested_at=int(item["requested_at"]["N"]),
            expires_at=int(item["expires_at"]["N"]) - MARGIN,
            version=int(item["version"]["N"]),
            decided_by=item["decided_by"]["S"] if "decided_by" in item else None,
            decided_at=int(item["decided_at"]["N"]) if "decided_at" in item else None,
            reason=item["reason"]["S"],
            uses=int(item["uses"]["N"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "an approval is unreadable") from error


def _request(members: Any) -> ApprovalRequest:  # noqa: ANN401 - as JSON has it
    """JSON has no tuples: every list of the request itself was one."""
    values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in members.items()}
    return ApprovalRequest(**values)
