"""Approvals on the state table: an item for each request that somebody must approve.

    pk = ("approval", id)    request, state, requested_at, expires_at, version, decided_by?, decided_at?, reason, uses,
                             listing

`listing` and `expires_at` are the keys of an index that lists them without reading the rest of the table.
"""

from federation.aws.approval_items import INDEX, LISTING, MARGIN, approval_in, approval_item, approval_key
from federation.aws.claims import ConditionNotMet, conditional
from federation.aws.errors import translated
from federation.aws.items import ATTEMPTS, Pause, full_jitter
from federation.aws.service import DynamoDb
from federation.model.approval import ApprovalRequest, ApprovalState, StoredApproval, first_version
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Clock, VersionConflict


class DynamoApprovals:
    """DynamoDB takes days to delete what has expired, so the clock decides, to the second."""

    def __init__(self, dynamodb: DynamoDb, state_table: str, clock: Clock, pause: Pause = full_jitter) -> None:
        self._dynamodb = dynamodb
        self._table = state_table
        self._clock = clock
        self._pause = pause

    def approval(self, id_: str) -> StoredApproval | None:
        """One strongly consistent GetItem."""
        stored = self._load(id_)
        return stored if stored and stored.expires_at > self._clock.now() else None

    def ask(self, request: ApprovalRequest, now: int, lifetime: int, *, used_up: int | None = None) -> StoredApproval:
        """A GetItem, and a conditional PutItem where nothing stands. Of several askers at once all get the same.

        An ask that was applied although its answer was lost is found standing by the next try.
        """
        for attempt in range(ATTEMPTS):
            if attempt:
                self._pause(attempt)
            before = self._load(request.id)
            if before and _stands(before, now, used_up):
                return before
            version = first_version(now, before)
            pending = StoredApproval(request, ApprovalState.PENDING, now, now + lifetime, version)
            if self._written(pending, before.version if before else None):
                return pending
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "others ask for the same")

    def decide(self, decided: StoredApproval) -> None:
        """One conditional PutItem; where that fails, a GetItem shows whether it was applied and its answer lost."""
        if not self._written(decided, decided.version - 1) and self._load(decided.request.id) != decided:
            raise VersionConflict(decided.request.id)

    def approvals(self) -> tuple[StoredApproval, ...]:
        """One Query of the index, of as many pages as it takes."""
        pages = self._dynamodb.query_pages(
            TableName=self._table,
            IndexName=INDEX,
            KeyConditionExpression=f"{INDEX} = :partition AND expires_at > :now",
            ExpressionAttributeValues={
                ":partition": {"S": LISTING},
                ":now": {"N": str(int(self._clock.now()) + MARGIN)},
            },
        )
        with translated(Reason.STORE_UNAVAILABLE):
            found = [approval_in(item) for page in pages for item in page["Items"]]
        return tuple(sorted(found, key=lambda one: (one.requested_at, one.version), reverse=True))

    def _load(self, id_: str) -> StoredApproval | None:
        with translated(Reason.STORE_UNAVAILABLE):
            answer = self._dynamodb.get_item(TableName=self._table, Key=approval_key(id_), ConsistentRead=True)
        return approval_in(answer["Item"]) if "Item" in answer else None

    def _written(self, approval: StoredApproval, over: int | None) -> bool:
        """False: what lies there is no longer the version `over` (None: nothing)."""
        item = approval_item(approval)
        try:
            with conditional(Reason.STORE_UNAVAILABLE):
                if over is None:
                    self._dynamodb.put_item(
                        TableName=self._table, Item=item, ConditionExpression="attribute_not_exists(pk)"
                    )
                else:
                    self._dynamodb.put_item(
                        TableName=self._table,
                        Item=item,
                        ConditionExpression="version = :over",
                        ExpressionAttributeValues={":over": {"N": str(over)}},
                    )
        except ConditionNotMet:
            return False
        return True


def _stands(stored: StoredApproval, now: int, used_up: int | None) -> bool:
    spent = stored.state is ApprovalState.APPROVED and stored.version == used_up
    return stored.expires_at > now and not spent
