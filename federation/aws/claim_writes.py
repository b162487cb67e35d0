"""How one-time things are claimed and given back: an item each in the state table, by conditional writes.

    pk = ("once", purpose, *key)    expires_at, purpose, correlation_id | claimed_by

`correlation_id` is the one request that claimed it, `claimed_by` the set of those that claimed what may be used a
counted number of times. A counted one that has expired counts on until DynamoDB deletes it: it never allows more.
"""

from collections.abc import Sequence
from contextlib import suppress

from federation.aws.conditional import ConditionNotMet, conditional
from federation.aws.items import Item, Key
from federation.aws.keys import item_key
from federation.aws.service import DynamoDb
from federation.aws.transactions import Write
from federation.model.one_time import OneTimeUse
from federation.oauth.reasons import Reason
from federation.ports import AlreadyUsed

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
