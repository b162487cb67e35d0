"""Allowances on the state table: an item for each key, with one number that says how full its bucket is.

    pk = ("allowance", per_second, *key)    arrival, expires_at

`arrival` counts in ticks of its limit (`federation.limits.arrival`): a key with another rate has another bucket. A take
whose answer was lost may count twice, which errs on the safe side.
"""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

from federation.aws.claims import ConditionNotMet, conditional
from federation.aws.items import item_key
from federation.aws.service import DynamoDb, Started
from federation.limits.arrival import Taking
from federation.model.trust import RateLimit
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import Clock

MARGIN = 300
"""Seconds that an item is kept after its bucket is full, which is what a missing one is."""
REMEMBERED = 1000
ATTEMPTS = 12
"""Of a take: a bucket that is nearly full goes from one case to the other with every take of a rival."""

_FULL = ("arrival = :full", "attribute_not_exists(arrival) OR arrival <= :now")
_AHEAD = ("arrival = :empty", "arrival > :impossible")
"""No bucket is emptier than empty: a clock far ahead of ours must not lock out everybody until that time comes."""
_FILLING = ("arrival = arrival + :cost", "arrival > :now AND arrival <= :latest")


class DynamoAllowances:
    """One conditional UpdateItem where the bucket is full, or is as full as it is remembered; else two."""

    def __init__(self, dynamodb: DynamoDb, state_table: str, clock: Clock) -> None:
        self._dynamodb = dynamodb
        self._table = state_table
        self._clock = clock
        self._lock = Lock()
        self._arrivals: OrderedDict[str, int] = OrderedDict()

    def take(self, key: tuple[str, ...], limit: RateLimit, wanted: int) -> float:
        """0.0: taken. Raises ValueError for more than the bucket holds, TemporarilyUnavailable, ServerError."""
        return self.start_take(key, limit, wanted)()

    def start_take(self, key: tuple[str, ...], limit: RateLimit, wanted: int) -> Callable[[], float]:
        """The same, on its way when this returns."""
        taking = self._now(limit, wanted)
        pk = item_key("allowance", str(limit.per_second), *key)
        arrival = self._arrivals.get(pk, 0)
        started = self._update(pk, taking, _how(taking, arrival))
        return lambda: self._taken(pk, taking, arrival, started)

    def _now(self, limit: RateLimit, wanted: int) -> Taking:
        return Taking(limit, wanted, self._clock.now())

    def _taken(self, pk: str, taking: Taking, arrival: int, started: Started) -> float:
        """The bucket fills while a caller waits for an answer: whether it is empty is a question about now."""
        for attempt in range(ATTEMPTS):
            if attempt:
                started = self._update(pk, taking, _how(taking, arrival))
            before = _before(started)
            if before is None:
                self._remember(pk, min(taking.taken(arrival), taking.empty))
                return 0.0
            arrival, taking = before, self._now(taking.limit, taking.wanted)
            self._remember(pk, arrival)
            if taking.wait(arrival) and arrival <= taking.impossible:
                return taking.wait(arrival)
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "others take from the same")

    def _update(self, pk: str, taking: Taking, how: tuple[str, str]) -> Started:
        change, condition = how
        numbers = {
            ":full": taking.taken(0),
            ":cost": taking.cost,
            ":now": taking.now,
            ":latest": taking.latest,
            ":empty": taking.empty,
            ":impossible": taking.impossible,
        }
        used = {name: {"N": str(number)} for name, number in numbers.items() if name in change + condition}
        request = {
            "TableName": self._table,
            "Key": {"pk": {"S": pk}},
            "UpdateExpression": f"SET {change}, expires_at = :expires_at",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": {**used, ":expires_at": {"N": str(_expiry(taking))}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        return self._dynamodb.start("UpdateItem", request)

    def _remember(self, pk: str, arrival: int) -> None:
        """A guess about which of the two cases it is next time; the condition is what counts."""
        with self._lock:
            self._arrivals[pk] = arrival
            self._arrivals.move_to_end(pk)
            if len(self._arrivals) > REMEMBERED:
                self._arrivals.popitem(last=False)


def _before(started: Started) -> int | None:
    """None: taken. Else the arrival time that stands."""
    try:
        with conditional(Reason.STORE_UNAVAILABLE):
            started()
    except ConditionNotMet as stands:
        return _arrival(stands.item)
    return None


def _how(taking: Taking, arrival: int) -> tuple[str, str]:
    """What to write, and on which condition, where the bucket is as it is remembered."""
    if arrival > taking.impossible:
        return _AHEAD
    return _FILLING if arrival > taking.now else _FULL


def _arrival(item: Any) -> int:  # noqa: ANN401 (whatever lies there)
    """0: there is no item. One that cannot be read is no reason to guess: TemporarilyUnavailable."""
    try:
        return int(item.get("arrival", {"N": "0"})["N"])
    except (AttributeError, KeyError, TypeError, ValueError) as unreadable:
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "an allowance is unreadable") from unreadable


def _expiry(taking: Taking) -> int:
    """When even an empty bucket has long been full."""
    return int(taking.at) + taking.limit.burst // taking.limit.per_second + MARGIN
