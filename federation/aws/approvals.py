"""Approvals on the state table. The function that asks writes requests; the one at which people decide, decisions."""

import json
from typing import Any

from federation.aws.approval_items import (
    DECISIONS,
    INDEX,
    MARGIN,
    REQUESTS,
    approval_item,
    both_of,
    request_key,
    standing,
)
from federation.aws.approvals_asked import WaitingLists
from federation.aws.errors import translated
from federation.aws.items import ATTEMPTS, ConditionFailed, Item, Pause, Write, full_jitter, write_all
from federation.aws.service import DynamoDb
from federation.model.approval import ApprovalPage, ApprovalRequest, ApprovalState, StoredApproval, first_version
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Clock, VersionConflict

_NEXT = "attribute_not_exists(pk) OR version < :version"


class DynamoApprovals:
    """DynamoDB takes days to delete what has expired, so the clock decides, to the second."""

    def __init__(self, dynamodb: DynamoDb, state_table: str, clock: Clock, pause: Pause = full_jitter) -> None:
        self._dynamodb = dynamodb
        self._table = state_table
        self._clock = clock
        self._pause = pause
        self._waiting = WaitingLists(dynamodb, state_table, pause)

    def approval(self, id_: str) -> StoredApproval | None:
        """One strongly consistent BatchGetItem."""
        _, stored = self._load(id_)
        return stored if stored and stored.expires_at > self._clock.now() else None

    def ask(self, request: ApprovalRequest, now: int, lifetime: int, *, used_up: int | None = None) -> StoredApproval:
        """A BatchGetItem, and a conditional transaction where nothing stands. Of several at once all get the same.

        An ask that was applied although its answer was lost is found standing by the next try.
        """
        for attempt in range(ATTEMPTS):
            if attempt:
                self._pause(attempt)
            over, before = self._load(request.id)
            if before and _stands(before, now, used_up):
                return before
            pending = StoredApproval(request, ApprovalState.PENDING, now, now + lifetime, first_version(now, before))
            if self._asked(pending, over, now):
                return pending
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "others ask for the same")

    def decide(self, decided: StoredApproval) -> None:
        """One transaction; where that fails, a BatchGetItem shows whether it was applied and its answer lost."""
        version = {":version": {"N": str(decided.version - 1)}}
        check = {
            "TableName": self._table,
            "Key": request_key(decided.request.id),
            "ConditionExpression": "version = :version",
            "ExpressionAttributeValues": version,
        }
        values = {":version": {"N": str(decided.version)}}
        written = self._written([{"ConditionCheck": check}, self._put(decided, _NEXT, values)])
        if not written and self._load(decided.request.id)[1] != decided:
            raise VersionConflict(decided.request.id)

    def page(self, after: str | None, limit: int) -> ApprovalPage:
        """A Query of the index and a BatchGetItem. First what was asked lately, then what holds though it was not."""
        listing, start = json.loads(after) if after else (REQUESTS, None)
        page = self._query(listing, start, limit)
        ids = [_id(item) for item in page["Items"]]
        both = both_of(self._dynamodb, self._table, ids, self._pause)
        stand = [self._listed(listing, *each) for each in both]
        found = sorted((one for one in stand if one), key=lambda one: (one.requested_at, one.version), reverse=True)
        last = page.get("LastEvaluatedKey")
        if last is None and listing == DECISIONS:
            return ApprovalPage(tuple(found), None)
        following = [listing, last] if last else [DECISIONS, None]
        return ApprovalPage(tuple(found), json.dumps(following, separators=(",", ":")))

    def _listed(self, listing: str, request: Item | None, decision: Item | None) -> StoredApproval | None:
        """None: it has expired, or is listed among the requests."""
        stored, now = standing(request, decision), self._clock.now()
        is_asked = request is not None and int(request["expires_at"]["N"]) - MARGIN > now
        return stored if stored and stored.expires_at > now and is_asked == (listing == REQUESTS) else None

    def _query(self, listing: str, start: Item | None, limit: int) -> Any:  # noqa: ANN401 (as AWS answers)
        query: Item = {
            "TableName": self._table,
            "IndexName": INDEX,
            "KeyConditionExpression": f"{INDEX} = :partition AND expires_at > :now",
            "ExpressionAttributeValues": {
                ":partition": {"S": listing},
                ":now": {"N": str(int(self._clock.now()) + MARGIN)},
            },
            "ScanIndexForward": False,
            "Limit": limit,
        }
        with translated(Reason.STORE_UNAVAILABLE):
            return self._dynamodb.query(**query, **({"ExclusiveStartKey": start} if start else {}))

    def _load(self, id_: str) -> tuple[int | None, StoredApproval | None]:
        """The version of the request that lies there, and what stands."""
        ((request, decision),) = both_of(self._dynamodb, self._table, [id_], self._pause)
        stored = standing(request, decision)
        return int(request["version"]["N"]) if request else None, stored

    def _asked(self, pending: StoredApproval, over: int | None, now: int) -> bool:
        """False: what lies there is no longer the version `over` (None: nothing), or others were counted meanwhile."""
        if over is None:
            put = self._put(pending, "attribute_not_exists(pk)", {})
        else:
            put = self._put(pending, "version = :over", {":over": {"N": str(over)}})
        return self._written([put, *self._waiting.entered(pending, now)])

    def _put(self, approval: StoredApproval, condition: str, values: Item) -> Write:
        put: Item = {"TableName": self._table, "Item": approval_item(approval), "ConditionExpression": condition}
        return {"Put": put | ({"ExpressionAttributeValues": values} if values else {})}

    def _written(self, writes: list[Write]) -> bool:
        try:
            write_all(self._dynamodb, writes, Reason.STORE_UNAVAILABLE, self._pause)
        except ConditionFailed:
            return False
        return True


def _stands(stored: StoredApproval, now: int, used_up: int | None) -> bool:
    spent = stored.state is ApprovalState.APPROVED and stored.version == used_up
    return stored.expires_at > now and not spent


def _id(item: Item) -> str:
    try:
        return str(json.loads(item["request"]["S"])["id"])
    except (KeyError, TypeError, ValueError) as error:
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "an approval is unreadable") from error
