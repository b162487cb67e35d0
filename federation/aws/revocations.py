"""RevocationStore on the state table: an item for each key that was revoked.

    pk = ("revoked", what, value[, tenant])    revoked_at, expires_at, by, reason, key, listing
    pk = ("surrendered", "jti", value)         the same, of a token that its holder gave back

The endpoint on the internet writes the latter alone: IAM knows no condition on what an item said before, so whoever may
write an item may shorten it, and what an admin revoked is not the endpoint's to touch.

`listing` and `expires_at` are the keys of an index that lists them without reading the rest of the table.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce

from federation.aws.claims import ConditionNotMet, conditional
from federation.aws.errors import translated
from federation.aws.formats import check_format
from federation.aws.items import ATTEMPTS, Item, Key, Pause, full_jitter, item_key
from federation.aws.service import DynamoDb
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Clock

MARGIN = 300
"""Seconds that DynamoDB keeps an item beyond its end: our clocks may run behind its own."""
INDEX = "listing"
LISTING = "revocation"

_NOT_STRICTER = "attribute_not_exists(pk) OR (revoked_at <= :revoked_at AND expires_at <= :expires_at)"


class DynamoRevocations:
    """Revocations are few, so the index holds them all under one key. `surrendered`: writes what holders give back."""

    def __init__(
        self,
        dynamodb: DynamoDb,
        state_table: str,
        clock: Clock,
        pause: Pause = full_jitter,
        *,
        surrendered: bool = False,
    ) -> None:
        self._place = surrendered_pk if surrendered else revocation_pk
        self._dynamodb = dynamodb
        self._table = state_table
        self._clock = clock
        self._pause = pause

    def revoke(self, revocation: Revocation) -> None:
        """One conditional PutItem; a further one where it is stricter in one way, and what stands there in another."""
        for attempt in range(ATTEMPTS):
            if attempt:
                self._pause(attempt)
            standing = self._put(revocation)
            if standing is None or _stricter(standing, revocation) == standing:
                return
            revocation = _stricter(standing, revocation)
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "others revoke the same")

    def revocations(self) -> tuple[Revocation, ...]:
        """One Query of the index, of as many pages as it takes; what ends first comes first."""
        pages = self._dynamodb.query_pages(
            TableName=self._table,
            IndexName=INDEX,
            KeyConditionExpression=f"{INDEX} = :partition AND expires_at >= :earliest",
            ExpressionAttributeValues={
                ":partition": {"S": LISTING},
                ":earliest": {"N": str(int(self._clock.now()) + MARGIN)},
            },
        )
        with translated(Reason.STORE_UNAVAILABLE):
            items = [item for page in pages for item in page["Items"]]
        return tuple(map(revocation_in, items))

    def _put(self, revocation: Revocation) -> Revocation | None:
        """None: written. Else what stands there already, which is stricter in some way."""
        item = {"pk": {"S": self._place(revocation.key)}, **_encode(revocation)}
        try:
            with conditional(Reason.STORE_UNAVAILABLE):
                self._dynamodb.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression=_NOT_STRICTER,
                    ExpressionAttributeValues={f":{name}": item[name] for name in ("revoked_at", "expires_at")},
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except ConditionNotMet as stands:
            return revocation_in(stands.item)
        return None


def revocation_item_keys(key: RevocationKey) -> list[Key]:
    """Where revocations of that key lie."""
    return [{"pk": {"S": pk}} for pk in _places(key)]


def strictest(key: RevocationKey, items: Mapping[str, Item]) -> Revocation | None:
    """What the items of all its places come to; None: it is not revoked."""
    found = [revocation_in(items[pk]) for pk in _places(key) if pk in items]
    return reduce(_stricter, found) if found else None


def _places(key: RevocationKey) -> tuple[str, ...]:
    alone = (revocation_pk(key),)
    return (*alone, surrendered_pk(key)) if key.what is RevocationTarget.JTI else alone


@lru_cache(maxsize=4096)
def surrendered_pk(key: RevocationKey) -> str:
    """Of a single token, by its holder."""
    return item_key("surrendered", *_parts(key))


@lru_cache(maxsize=4096)
def revocation_pk(key: RevocationKey) -> str:
    """Without a tenant it has a part less: no name of a tenant is taken for none (ATTACKS E6)."""
    return item_key("revoked", *_parts(key))


def revocation_in(item: Item) -> Revocation:
    """The revocation in an item; one that cannot be read is no reason to guess: TemporarilyUnavailable."""
    try:
        check_format(item)
        what, value, *tenant = json.loads(item["key"]["S"])
        return Revocation(
            RevocationKey(RevocationTarget(what), value, *tenant),
            revoked_at=int(item["revoked_at"]["N"]),
            expires_at=int(item["expires_at"]["N"]) - MARGIN,
            by=item["by"]["S"],
            reason=item["reason"]["S"],
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "a revocation is unreadable") from error


def _encode(revocation: Revocation) -> Item:
    return {
        INDEX: {"S": LISTING},
        "key": {"S": json.dumps(_parts(revocation.key))},
        "revoked_at": {"N": str(revocation.revoked_at)},
        "expires_at": {"N": str(revocation.expires_at + MARGIN)},
        "by": {"S": revocation.by},
        "reason": {"S": revocation.reason},
    }


def _parts(key: RevocationKey) -> Sequence[str]:
    tenant = () if key.tenant is None else (key.tenant,)
    return [key.what.value, key.value, *tenant]


def _stricter(standing: Revocation, new: Revocation) -> Revocation:
    """The later one says why; it lasts as long as the longer of both."""
    later = max(standing, new, key=lambda one: one.revoked_at)
    return later._replace(expires_at=max(standing.expires_at, new.expires_at))
