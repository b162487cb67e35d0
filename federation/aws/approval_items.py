"""Approvals as items of the state table: what was asked and what was decided are two, written by two roles.

    pk = ("approval-request", id)     request, state (pending), requested_at, expires_at, version, listing
    pk = ("approval-decision", id)    the same with the next version, and state, decided_by, decided_at, reason, uses
    pk = ("approval-asked", what, *name)    pending, version, expires_at: what one principal or issuer waits for

The higher version stands. `listing` and `expires_at` are the keys of an index that lists each kind without reading the
rest of the table. Uses are claimed as one-time things (`federation.aws.claims`).
"""

import json
from collections.abc import Sequence
from typing import Any

from msgspec import to_builtins

from federation.aws.formats import check_format
from federation.aws.items import Item, Key, Pause, get_items, item_key
from federation.aws.service import DynamoDb
from federation.model.approval import ApprovalRequest, ApprovalState, StoredApproval
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason

MARGIN = 300
"""Seconds that DynamoDB keeps an item beyond its end: our clocks may run behind its own."""
INDEX = "listing"
REQUESTS = "approval"
DECISIONS = "approval_decision"


def request_key(id_: str) -> Key:
    """Where the request of that id lies."""
    return {"pk": {"S": item_key("approval-request", id_)}}


def decision_key(id_: str) -> Key:
    """Where what was decided about it lies."""
    return {"pk": {"S": item_key("approval-decision", id_)}}


def asked_key(what: str, name: tuple[str, ...]) -> Key:
    """Where it is counted for what a principal or an issuer waits."""
    return {"pk": {"S": item_key("approval-asked", what, *name)}}


def both_of(dynamodb: DynamoDb, table: str, ids: Sequence[str], pause: Pause) -> list[tuple[Item | None, Item | None]]:
    """Request and decision of each id, as `standing` takes them: strongly consistent, one BatchGetItem for fifty."""
    keys = [key(id_) for id_ in ids for key in (request_key, decision_key)]
    found = {item["pk"]["S"]: item for item in get_items(dynamodb, table, keys, {"ConsistentRead": True}, pause)}
    read = [found.get(key["pk"]["S"]) for key in keys]
    return list(zip(read[::2], read[1::2], strict=True))


def approval_item(approval: StoredApproval) -> Item:
    """All of it, as the request or as the decision that it is."""
    is_request = approval.state is ApprovalState.PENDING
    item: Item = {
        **(request_key if is_request else decision_key)(approval.request.id),
        INDEX: {"S": REQUESTS if is_request else DECISIONS},
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


def standing(request: Item | None, decision: Item | None) -> StoredApproval | None:
    """What stands of both; None: nothing. Raises TemporarilyUnavailable where one cannot be read.

    A decision is about the request that was looked at: a request of other content under its id is pending.
    """
    asked = request_in(request) if request else None
    decided = approval_in(decision, is_request=False) if decision else None
    if asked is None or decided is None:
        return asked or decided
    is_about_it = decided.version == asked.version + 1 and decided.request == asked.request
    return decided if is_about_it else asked


def request_in(item: Item) -> StoredApproval:
    """The request in an item; raises TemporarilyUnavailable where it cannot be read."""
    return approval_in(item, is_request=True)


def approval_in(item: Item, *, is_request: bool) -> StoredApproval:
    """The approval in an item; one that cannot be read is no reason to guess: TemporarilyUnavailable."""
    try:
        found = _approval(item)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "an approval is unreadable") from error
    if (found.state is ApprovalState.PENDING) != is_request:
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "a request for approval decides about itself")
    return found


def _approval(item: Item) -> StoredApproval:
    check_format(item)
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


def _request(members: Any) -> ApprovalRequest:  # noqa: ANN401 - as JSON has it
    """JSON has no tuples: every list of the request itself was one."""
    values: dict[str, Any] = {name: tuple(one) if isinstance(one, list) else one for name, one in members.items()}
    return ApprovalRequest(**values)
