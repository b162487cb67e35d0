"""OneTimeClaims, and how one-time things are claimed in the state table: an item each, by a conditional write."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from federation.aws.backoff import Pause, full_jitter
from federation.aws.errors import error_code, translated
from federation.aws.items import Key
from federation.aws.keys import item_key
from federation.aws.transactions import ConditionFailed, Write, write_all
from federation.model.one_time import OneTimeUse
from federation.oauth.reasons import Reason
from federation.ports import AlreadyUsed, Clock

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REPLAY_MARGIN = 300
"""Seconds that a claim is remembered beyond its expiry (ATTACKS M11)."""

_FREE_OR_OURS = "attribute_not_exists(pk) OR expires_at < :now OR correlation_id = :me"


class DynamoOneTimeClaims:
    """Claims where no token is issued. `correlation_id` must be made by us for each request, as for the ledger."""

    def __init__(self, dynamodb: "DynamoDBClient", state_table: str, clock: Clock, pause: Pause = full_jitter) -> None:
        self._dynamodb = dynamodb
        self._table = state_table
        self._clock = clock
        self._pause = pause

    def claim(self, uses: Sequence[OneTimeUse], correlation_id: str) -> None:
        """One write: a PutItem, or a transaction for several. Raises AlreadyUsed."""
        refuse_repeated(uses)
        writes = [claim_write(self._table, use, correlation_id, self._clock.now()) for use in uses]
        if len(writes) == 1:
            self._put(writes[0], uses[0])
        elif writes:
            self._put_all(writes, uses)

    def _put(self, write: Write, use: OneTimeUse) -> None:
        with translated(Reason.STORE_UNAVAILABLE):
            try:
                self._dynamodb.put_item(**write)
            except ClientError as error:
                if error_code(error) != "ConditionalCheckFailedException":
                    raise
                raise AlreadyUsed(use) from error

    def _put_all(self, writes: Sequence[Write], uses: Sequence[OneTimeUse]) -> None:
        try:
            write_all(self._dynamodb, [{"Put": write} for write in writes], Reason.STORE_UNAVAILABLE, self._pause)
        except ConditionFailed as error:
            raise AlreadyUsed(*(uses[position] for position in error.positions)) from error


def refuse_repeated(uses: Sequence[OneTimeUse]) -> None:
    """The same thing twice in one request is used twice: raises AlreadyUsed."""
    if len({(use.purpose, use.key) for use in uses}) < len(uses):
        raise AlreadyUsed(*uses)


def claim_key(use: OneTimeUse) -> Key:
    """Where the claim of a one-time thing lies."""
    return {"pk": {"S": item_key("once", use.purpose, *use.key)}}


def claim_write(table: str, use: OneTimeUse, correlation_id: str, now: float) -> Write:
    """The write that claims `use`, if it is free or that request's own already (ATTACKS F8)."""
    me = {"S": correlation_id}
    until = {"N": str(use.expires_at + REPLAY_MARGIN)}
    return {
        "TableName": table,
        "Item": claim_key(use) | {"expires_at": until, "correlation_id": me, "purpose": {"S": use.purpose}},
        "ConditionExpression": _FREE_OR_OURS,
        "ExpressionAttributeValues": {":me": me, ":now": {"N": str(int(now))}},
    }
