"""One-time claims in the state table: claimed once, by a conditional write."""

from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

from federation.aws.errors import AwsRefused, translated
from federation.aws.items import ConditionFailed, Item, Key, Pause, Write, full_jitter, item_key, write_all
from federation.aws.service import DynamoDb
from federation.model.one_time import OneTimeUse
from federation.oauth.reasons import Reason
from federation.ports import AlreadyUsed, Clock


class ConditionNotMet(Exception):
    """Nothing was written."""

    def __init__(self, item: Any) -> None:  # noqa: ANN401 (whatever lies there)
        """`item`: what stands in the way, where the write asked for it (`ReturnValuesOnConditionCheckFailure`)."""
        super().__init__("the condition of a write does not hold")
        self.item = item


class conditional(translated):  # noqa: N801 (read as a word, as the other)
    """`translated` around one PutItem, UpdateItem or DeleteItem with a condition; raises ConditionNotMet as well."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, AwsRefused) and error.code == "ConditionalCheckFailedException":
            raise ConditionNotMet(error.answer.get("Item", {})) from error
        super().__exit__(kind, error, trace)


REPLAY_MARGIN = 300
"""Seconds that a claim is remembered beyond its expiry (ATTACKS M11)."""

_FREE_OR_OURS = "attribute_not_exists(pk) OR expires_at < :now OR correlation_id = :me"
_NOBODY = "(attribute_not_exists(claimed_by) AND attribute_not_exists(correlation_id))"
_LEFT_OR_OURS = f"{_NOBODY} OR expires_at < :now OR size(claimed_by) < :times OR contains(claimed_by, :me)"


def check_uses(uses: Sequence[OneTimeUse]) -> None:
    """The same thing twice in one request is used twice, and what is good for nothing is used up: AlreadyUsed."""
    keys = [(use.purpose, use.key) for use in uses]
    refused = [use for use, key in zip(uses, keys, strict=True) if use.times < 1 or keys.count(key) > 1]
    if refused:
        raise AlreadyUsed(*refused)


def claim(table: str, use: OneTimeUse, correlation_id: str, now: float) -> Write:
    """The operation that claims `use`, if it is free or that request's own already (ATTACKS F8)."""
    me = {"S": correlation_id}
    remembered = {"expires_at": {"N": str(use.expires_at + REPLAY_MARGIN)}, "purpose": {"S": use.purpose}}
    values = {":me": me, ":now": {"N": str(int(now))}}
    if use.times > 1:
        return {"Update": _counted(table, use, remembered, values)}
    return {
        "Put": {
            "TableName": table,
            "Item": _key(use) | remembered | {"correlation_id": me},
            "ConditionExpression": _FREE_OR_OURS,
            "ExpressionAttributeValues": values,
        }
    }


def give_back(dynamodb: DynamoDb, table: str, use: OneTimeUse, correlation_id: str) -> None:
    """Undo the claim of that request; what others claimed stays theirs."""
    with suppress(ConditionNotMet), conditional(Reason.STORE_UNAVAILABLE):
        if use.times > 1:
            _leave(dynamodb, table, use, correlation_id)
        else:
            _delete(dynamodb, table, use, correlation_id)


def _counted(table: str, use: OneTimeUse, remembered: Item, values: Item) -> Item:
    counting = {":times": {"N": str(use.times)}, ":us": {"SS": [values[":me"]["S"]]}}
    return {
        "TableName": table,
        "Key": _key(use),
        "UpdateExpression": "SET expires_at = :expires_at, purpose = :purpose ADD claimed_by :us",
        "ConditionExpression": _LEFT_OR_OURS,
        "ExpressionAttributeValues": values | counting | {f":{name}": value for name, value in remembered.items()},
    }


def _delete(dynamodb: DynamoDb, table: str, use: OneTimeUse, correlation_id: str) -> None:
    dynamodb.delete_item(
        TableName=table,
        Key=_key(use),
        ConditionExpression="correlation_id = :me",
        ExpressionAttributeValues={":me": {"S": correlation_id}},
    )


def _leave(dynamodb: DynamoDb, table: str, use: OneTimeUse, correlation_id: str) -> None:
    dynamodb.update_item(
        TableName=table,
        Key=_key(use),
        UpdateExpression="DELETE claimed_by :us",
        ConditionExpression="contains(claimed_by, :me)",
        ExpressionAttributeValues={":me": {"S": correlation_id}, ":us": {"SS": [correlation_id]}},
    )


def _key(use: OneTimeUse) -> Key:
    return {"pk": {"S": item_key("once", use.purpose, *use.key)}}


class DynamoOneTimeClaims:
    """Claims where no token is issued. `correlation_id` must be made by us for each request, as for the ledger."""

    def __init__(self, dynamodb: DynamoDb, state_table: str, clock: Clock, pause: Pause = full_jitter) -> None:
        self._dynamodb = dynamodb
        self._table = state_table
        self._clock = clock
        self._pause = pause

    def claim(self, uses: Sequence[OneTimeUse], correlation_id: str) -> None:
        """One write: a PutItem, or a transaction for several. Raises AlreadyUsed."""
        check_uses(uses)
        writes = [claim(self._table, use, correlation_id, self._clock.now()) for use in uses]
        if len(writes) == 1 and "Put" in writes[0]:
            self._put(writes[0]["Put"], uses[0])
        elif writes:
            self._write_all(writes, uses)

    def _put(self, write: Write, use: OneTimeUse) -> None:
        try:
            with conditional(Reason.STORE_UNAVAILABLE):
                self._dynamodb.put_item(**write)
        except ConditionNotMet as error:
            raise AlreadyUsed(use) from error

    def _write_all(self, writes: Sequence[Write], uses: Sequence[OneTimeUse]) -> None:
        try:
            write_all(self._dynamodb, writes, Reason.STORE_UNAVAILABLE, self._pause)
        except ConditionFailed as error:
            raise AlreadyUsed(*(uses[position] for position in error.positions)) from error
