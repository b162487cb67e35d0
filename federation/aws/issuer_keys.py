"""IssuerKeyStore on the trust table, which the token function reads and cannot write: an item per issuer.

    pk = ("issuer_keys", "fetched" | "pushed")    sk = issuer
    anchor, jwks, as_of, origin?, replaced_at?, given_at?, sha256

Each store is one partition, so that the role of the function which writes it can be held to it. `sha256` is over
everything else and the key: what was altered, or moved under another issuer, is not believed (fault F18).
"""

import json
from collections.abc import Callable
from enum import StrEnum
from hashlib import sha256
from typing import Any

from federation.aws.claims import ConditionNotMet, conditional
from federation.aws.errors import translated
from federation.aws.items import Item, Key, item_key
from federation.aws.service import DynamoDb
from federation.model.issuer_keys import IssuerKeySet, KeptKeys
from federation.oauth.reasons import Reason
from federation.ports import VersionConflict


class Store(StrEnum):
    """Who writes it."""

    FETCHED = "fetched"
    PUSHED = "pushed"

    @property
    def partition_key(self) -> str:
        """The partition that is the store."""
        return item_key("issuer_keys", self.value)


class DynamoIssuerKeys:
    """`on_corrupt` is told of every item that is not believed."""

    def __init__(self, dynamodb: DynamoDb, table: str, store: Store, on_corrupt: Callable[[str], None]) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._store = store
        self._on_corrupt = on_corrupt

    def load(self, issuer: str) -> KeptKeys:
        """One strongly consistent GetItem."""
        with translated(Reason.STORE_UNAVAILABLE):
            answer = self._dynamodb.get_item(TableName=self._table, Key=self._key(issuer), ConsistentRead=True)
        item = answer.get("Item")
        return KeptKeys() if item is None else KeptKeys(self._believed(issuer, item), _tag(item))

    def save(self, keys: IssuerKeySet, tag: str) -> None:
        """One conditional PutItem; raises VersionConflict."""
        item = self._key(keys.issuer) | _encode(keys) | {"sha256": {"S": self._digest(keys)}}
        try:
            with conditional(Reason.STORE_UNAVAILABLE):
                self._dynamodb.put_item(TableName=self._table, Item=item, **_still(tag))
        except ConditionNotMet as error:
            raise VersionConflict(keys.issuer) from error

    def _believed(self, issuer: str, item: Item) -> IssuerKeySet | None:
        try:
            keys = _decode(issuer, item)
        except (AttributeError, KeyError, TypeError, ValueError):
            self._on_corrupt(f"{self._store} keys of {issuer} are unreadable")
            return None
        if item.get("sha256") != {"S": self._digest(keys)}:
            self._on_corrupt(f"{self._store} keys of {issuer} were altered")
            return None
        return keys

    def _key(self, issuer: str) -> Key:
        return {"pk": {"S": self._store.partition_key}, "sk": {"S": issuer}}

    def _digest(self, keys: IssuerKeySet) -> str:
        parts = [self._store, keys.issuer, keys.anchor, keys.jwks, keys.as_of, keys.origin, keys.replaced_at]
        given = [] if keys.given_at is None else [keys.given_at]
        return sha256(json.dumps([*parts, *given]).encode()).hexdigest()


def _encode(keys: IssuerKeySet) -> Item:
    item: Item = {"anchor": {"S": keys.anchor}, "jwks": {"S": keys.jwks}, "as_of": {"N": str(keys.as_of)}}
    if keys.origin is not None:
        item["origin"] = {"S": keys.origin}
    if keys.replaced_at is not None:
        item["replaced_at"] = {"N": str(keys.replaced_at)}
    if keys.given_at is not None:
        item["given_at"] = {"N": str(keys.given_at)}
    return item


def _decode(issuer: str, item: Item) -> IssuerKeySet:
    return IssuerKeySet(
        issuer=issuer,
        anchor=item["anchor"]["S"],
        jwks=item["jwks"]["S"],
        as_of=int(item["as_of"]["N"]),
        origin=item["origin"]["S"] if "origin" in item else None,
        replaced_at=int(item["replaced_at"]["N"]) if "replaced_at" in item else None,
        given_at=int(item["given_at"]["N"]) if "given_at" in item else None,
    )


def _tag(item: Item) -> str:
    return str(item.get("sha256", {}).get("S", ""))


def _still(tag: str) -> dict[str, Any]:
    """The condition that what lies there is what `tag` names; what has no name may be replaced."""
    if not tag:
        return {"ConditionExpression": "attribute_not_exists(sha256)"}
    return {"ConditionExpression": "sha256 = :tag", "ExpressionAttributeValues": {":tag": {"S": tag}}}
