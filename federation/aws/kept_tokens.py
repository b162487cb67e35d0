"""KeptTokens: what the ledger kept of opaque tokens in the state table."""

import json
from typing import Any

from federation.aws.errors import translated
from federation.aws.formats import check_format
from federation.aws.items import Item, Key, item_key
from federation.aws.service import DynamoDb
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Clock, KeptToken


class DynamoKeptTokens:
    """DynamoDB takes days to delete what has expired, so the clock decides."""

    def __init__(self, dynamodb: DynamoDb, state_table: str, clock: Clock) -> None:
        self._dynamodb = dynamodb
        self._table = state_table
        self._clock = clock

    def kept(self, digest: str) -> KeptToken | None:
        """One strongly consistent GetItem."""
        with translated(Reason.STORE_UNAVAILABLE):
            answer = self._dynamodb.get_item(TableName=self._table, Key=kept_key(digest), ConsistentRead=True)
        item: Item | None = answer.get("Item")
        kept = None if item is None else _decode(digest, item)
        return None if kept is None or kept.expires_at <= self._clock.now() else kept


def kept_key(digest: str) -> Key:
    """Where the ledger keeps the token of that digest."""
    return {"pk": {"S": item_key("token", digest)}}


def kept_item(kept: KeptToken) -> Item:
    """The token as it is kept; it may go when it has expired."""
    claims = {"S": json.dumps(kept.claims)}
    return kept_key(kept.digest) | {"claims": claims, "expires_at": {"N": str(kept.expires_at)}}


def _decode(digest: str, item: Item) -> KeptToken:
    """One that cannot be read is no reason to guess: TemporarilyUnavailable."""
    try:
        check_format(item)
        claims: Any = json.loads(item["claims"]["S"])
        return KeptToken(digest, dict(claims), int(item["expires_at"]["N"]))
    except (KeyError, RecursionError, TypeError, ValueError) as error:
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "a kept token is unreadable") from error
