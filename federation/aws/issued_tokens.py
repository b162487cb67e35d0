"""IssuedTokens on the audit table: an index of the tokens that have not expired.

    recent = "<hour of exp>#<shard>"    expires_at, issued_at, status_idx, revocation_keys

A partition of the index has the tokens that expire in one hour, spread over a few shards, so that none is hot.
"""

from collections.abc import Collection, Sequence
from hashlib import sha256
from itertools import chain, islice, product
from typing import TYPE_CHECKING, Any

from federation.aws.errors import translated
from federation.aws.items import Item
from federation.aws.service import DynamoDb
from federation.model.json import Json, JsonObject
from federation.model.revocation import RevocationKey
from federation.model.revocation_keys import key_texts, read_key
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import LiveToken

if TYPE_CHECKING:
    from concurrent.futures import Executor

HOUR = 3600
"""Seconds of expiry that share a partition: no token lives longer."""
INDEX = "recent"
SHARDS = 4
KEYS = "revocation_keys"
STATUS = "status_idx"
"""What a token has and no other record."""
LONGEST_FILTER = 40
"""Keys that are looked for by DynamoDB itself: an expression has at most 4 KB."""


class DynamoIssuedTokens:
    """Reads every shard of the hours in which a living token can expire, side by side."""

    def __init__(self, dynamodb: DynamoDb, audit_table: str, pool: "Executor") -> None:
        self._dynamodb = dynamodb
        self._table = audit_table
        self._pool = pool

    def affected(self, keys: Collection[RevocationKey], now: int, most: int | None = None) -> tuple[LiveToken, ...]:
        """A Query per shard and hour, of as many pages as it takes; none for no keys."""
        if not keys:
            return ()
        hours = range(now // HOUR, now // HOUR + 2)
        wanted = frozenset(keys)
        partitions = [f"{hour}#{shard}" for hour, shard in product(hours, range(SHARDS))]
        found = self._pool.map(lambda partition: self._query(partition, now, wanted, most), partitions)
        return tuple(islice(chain.from_iterable(found), most))

    def _query(self, partition: str, now: int, keys: frozenset[RevocationKey], most: int | None) -> list[LiveToken]:
        values: dict[str, Any] = {":partition": {"S": partition}, ":now": {"N": str(now)}}
        with translated(Reason.STORE_UNAVAILABLE):
            pages = self._dynamodb.query_pages(
                TableName=self._table,
                IndexName=INDEX,
                KeyConditionExpression=f"{INDEX} = :partition AND expires_at > :now",
                **_filtered(values, keys),
            )
            tokens = (_live(item) for page in pages for item in page["Items"] if STATUS in item)
            return list(islice((token for token in tokens if not keys.isdisjoint(token.keys)), most))


def recent_attributes(entry: JsonObject) -> Item:
    """What the index needs of a record: of a token with a status, or of an event; nothing for any other."""
    index, expires_at, recorded_at, keys = (entry.get(name) for name in (STATUS, "expires_at", "recorded_at", KEYS))
    if not isinstance(keys, list | tuple) or not keys:
        return {}
    if isinstance(recorded_at, int):
        return _recent(str(entry["jti"]), recorded_at, recorded_at, keys)
    if not isinstance(index, int) or not isinstance(expires_at, int):
        return {}
    return _recent(str(entry["jti"]), expires_at, entry["issued_at"], keys) | {STATUS: _number(index)}


def _recent(jti: str, ends: int, begins: Json, keys: Sequence[Json]) -> Item:
    shard = sha256(jti.encode()).digest()[0] % SHARDS
    return {
        INDEX: {"S": f"{ends // HOUR}#{shard}"},
        "expires_at": _number(ends),
        "issued_at": _number(begins),
        KEYS: {"SS": [str(key) for key in keys]},
    }


def _filtered(values: dict[str, Any], keys: frozenset[RevocationKey]) -> dict[str, Any]:
    """Many keys at once are rare: then everything is read, and looked through here."""
    if len(keys) > LONGEST_FILTER:
        return {"ExpressionAttributeValues": values}
    texts = {f":k{number}": {"S": text} for number, text in enumerate(key_texts(keys))}
    return {
        "FilterExpression": " OR ".join(f"contains({KEYS}, {name})" for name in texts),
        "ExpressionAttributeValues": values | texts,
    }


def _live(item: Item) -> LiveToken:
    """One that cannot be read is no reason to leave it out: TemporarilyUnavailable."""
    try:
        return LiveToken(
            jti=item["jti"]["S"],
            issued_at=int(item["issued_at"]["N"]),
            expires_at=int(item["expires_at"]["N"]),
            status_index=int(item["status_idx"]["N"]),
            keys=frozenset(map(read_key, item[KEYS]["SS"])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "a token's record is unreadable") from error


def _number(value: Json) -> dict[str, str]:
    return {"N": str(value)}
