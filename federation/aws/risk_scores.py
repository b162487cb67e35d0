"""RiskScores on the state table: an item for each principal or issuer that was scored.

pk = ("risk", what, value[, tenant])    score, at, half_life, expires_at
"""

from federation.aws.errors import translated
from federation.aws.items import Item, Key, item_key
from federation.aws.service import DynamoDb
from federation.model.risk import RiskKey, RiskScore
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason

KEPT_HALF_LIVES = 24
"""After seven of them nothing is left of the highest score."""


class DynamoRiskScores:
    """What was scored last holds."""

    def __init__(self, dynamodb: DynamoDb, state_table: str) -> None:
        self._dynamodb = dynamodb
        self._table = state_table

    def score(self, key: RiskKey, score: RiskScore) -> None:
        """One PutItem."""
        with translated(Reason.STORE_UNAVAILABLE):
            self._dynamodb.put_item(TableName=self._table, Item=risk_item_key(key) | _encode(score))


def risk_item_key(key: RiskKey) -> Key:
    """Without a tenant it has a part less: no name of a tenant is taken for none (ATTACKS E6)."""
    tenant = () if key.tenant is None else (key.tenant,)
    return {"pk": {"S": item_key("risk", key.what, key.value, *tenant)}}


def score_in(item: Item) -> RiskScore:
    """The score in an item; one that cannot be read is no reason to guess: TemporarilyUnavailable."""
    try:
        return RiskScore(*(int(item[name]["N"]) for name in ("score", "at", "half_life")))
    except (KeyError, TypeError, ValueError) as error:
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "a risk score is unreadable") from error


def _encode(score: RiskScore) -> Item:
    numbers = {**score._asdict(), "expires_at": score.at + KEPT_HALF_LIVES * score.half_life}
    return {name: {"N": str(number)} for name, number in numbers.items()}
