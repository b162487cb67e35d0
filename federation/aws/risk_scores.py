"""RiskScores on the state table: an item for each principal, issuer or client that was scored.

pk = ("risk", what, value[, tenant])    causes, version, expires_at
"""

from collections.abc import Collection
from collections.abc import Mapping as ReadOnly
from typing import TypeVar

from msgspec import Struct, ValidationError
from msgspec.json import Decoder, encode

from federation.aws.claims import ConditionNotMet, conditional
from federation.aws.formats import check_format
from federation.aws.items import ATTEMPTS, Item, Key, Pause, full_jitter, get_items, item_key
from federation.aws.service import DynamoDb
from federation.model.risk import Decay, RiskCause, RiskKey, RiskScore, raised, score_of
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Clock

MARGIN = 300
"""Seconds that DynamoDB keeps an item beyond its end: our clocks may run behind its own."""
RIVALS = 4 * ATTEMPTS
"""Writes in a row that others may come before: signals of a burst are about one principal."""

Decoded = TypeVar("Decoded")

_UNCHANGED = "version = :version"
_NEW = "attribute_not_exists(pk)"
_CONSISTENT = {"ConsistentRead": True}


class DynamoRiskScores:
    """A read, and a write on condition that it was not written meanwhile."""

    def __init__(self, dynamodb: DynamoDb, state_table: str, clock: Clock, pause: Pause = full_jitter) -> None:
        self._dynamodb = dynamodb
        self._table = state_table
        self._clock = clock
        self._pause = pause

    def raise_score(self, key: RiskKey, cause: RiskCause) -> tuple[RiskCause, ...]:
        """Two calls; one where it adds nothing. A write that was applied although its answer was lost adds nothing."""
        for attempt in range(RIVALS):
            if attempt:
                self._pause(min(attempt, ATTEMPTS))
            item = self._items([key]).get(key, {})
            standing = _causes(item)
            causes = raised(standing, cause, int(self._clock.now()))
            if causes == standing or self._written(key, causes, item):
                return causes
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "others raise the same score")

    def causes(self, keys: Collection[RiskKey]) -> ReadOnly[RiskKey, tuple[RiskCause, ...]]:
        """One BatchGetItem for every hundred keys."""
        now = int(self._clock.now())
        found = {key: _causes(item) for key, item in self._items(keys).items()}
        standing = {key: tuple(one for one in causes if one.decay.ends_at > now) for key, causes in found.items()}
        return {key: causes for key, causes in standing.items() if causes}

    def _items(self, keys: Collection[RiskKey]) -> dict[RiskKey, Item]:
        asked = {str(risk_item_key(key)["pk"]["S"]): key for key in keys}
        items = get_items(self._dynamodb, self._table, [*map(risk_item_key, keys)], _CONSISTENT, self._pause)
        return {asked[item["pk"]["S"]]: item for item in items}

    def _written(self, key: RiskKey, causes: tuple[RiskCause, ...], over: Item) -> bool:
        version = int(over["version"]["N"]) if over else 0
        standing = {"ExpressionAttributeValues": {":version": {"N": str(version)}}} if over else {}
        try:
            with conditional(Reason.STORE_UNAVAILABLE):
                self._dynamodb.put_item(
                    TableName=self._table,
                    Item=risk_item_key(key) | _encode(causes, version + 1),
                    ConditionExpression=_UNCHANGED if over else _NEW,
                    **standing,
                )
        except ConditionNotMet:
            return False
        return True


def risk_item_key(key: RiskKey) -> Key:
    """Without a tenant it has a part less: no name of a tenant is taken for none (ATTACKS E6)."""
    tenant = () if key.tenant is None else (key.tenant,)
    return {"pk": {"S": item_key("risk", key.what, key.value, *tenant)}}


def score_in(item: Item) -> RiskScore:
    """The score in an item, without its reasons; one that cannot be read is no reason to guess: as `_causes`."""
    return RiskScore(tuple(one.decay for one in _read(_DECAYS, item)))


class _Decaying(Struct, frozen=True):
    """A cause as a decision needs it."""

    decay: Decay


_DECAYS = Decoder(tuple[_Decaying, ...])
_CAUSES = Decoder(tuple[RiskCause, ...])


def _causes(item: Item) -> tuple[RiskCause, ...]:
    """Raises TemporarilyUnavailable."""
    return _read(_CAUSES, item) if item else ()


def _read(decoder: Decoder[Decoded], item: Item) -> Decoded:
    try:
        check_format(item)
        return decoder.decode(item["causes"]["S"])
    except (KeyError, TypeError, ValidationError, ValueError) as error:
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "a risk score is unreadable") from error


def _encode(causes: tuple[RiskCause, ...], version: int) -> Item:
    ends_at = max(decay.ends_at for decay in score_of(causes).decays)
    return {
        "causes": {"S": encode(causes).decode()},
        "version": {"N": str(version)},
        "expires_at": {"N": str(ends_at + MARGIN)},
    }
