"""SignalRecords on the state table.

    pk = ("signal", id)    signal, score, rung, listing, expires_at, and what a search looks for

`listing` and `expires_at` are the keys of an index that lists them without reading the rest of the table; they end so
long after they happened that the index has them in the order of their time.
"""

import json
from typing import Any

from msgspec.json import Decoder, encode

from federation.aws.claims import ConditionNotMet, conditional
from federation.aws.errors import translated
from federation.aws.items import Item, Key, item_key
from federation.aws.service import DynamoDb
from federation.model.signals import KEPT, Signal, SignalPage, SignalSearch
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason

INDEX = "listing"
LISTING = "signal"
PAGES = 10
"""Pages of the index that one page of a search may read: a filter leaves out what was read."""
FAR = 2**40
"""After every signal: seconds since the epoch."""

_HIGHER = "attribute_not_exists(pk) OR score <= :score"


class DynamoSignalRecords:
    """An item for each signal."""

    def __init__(self, dynamodb: DynamoDb, state_table: str) -> None:
        self._dynamodb = dynamodb
        self._table = state_table

    def put(self, signal: Signal) -> bool:
        """One UpdateItem: that people were told stays."""
        attributes = _attributes(signal)
        try:
            with conditional(Reason.STORE_UNAVAILABLE):
                answer = self._dynamodb.update_item(
                    TableName=self._table,
                    Key=_key(signal.id),
                    UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in attributes),
                    ConditionExpression=_HIGHER,
                    ExpressionAttributeNames={f"#{name}": name for name in attributes},
                    ExpressionAttributeValues={f":{name}": value for name, value in attributes.items()},
                    ReturnValues="ALL_OLD",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except ConditionNotMet as higher:
            return "rung" in higher.item
        return "rung" in answer.get("Attributes", {})

    def rung(self, id_: str) -> None:
        """One UpdateItem."""
        with translated(Reason.STORE_UNAVAILABLE):
            self._dynamodb.update_item(
                TableName=self._table,
                Key=_key(id_),
                UpdateExpression="SET rung = :yes",
                ExpressionAttributeValues={":yes": {"BOOL": True}},
            )

    def page(self, search: SignalSearch, after: str | None, limit: int) -> SignalPage:
        """A Query of the index, and more where few fit."""
        start, found = _start(after), list[Signal]()
        for _ in range(PAGES):
            page = self._query(search, start, limit - len(found))
            found += [_signal(item) for item in page["Items"]]
            start = page.get("LastEvaluatedKey")
            if start is None or len(found) >= limit:
                break
        return SignalPage(tuple(found), json.dumps(start, separators=(",", ":")) if start else None)

    def _query(self, search: SignalSearch, start: Item | None, limit: int) -> Any:  # noqa: ANN401 (as AWS answers)
        names, values, conditions = _filter(search)
        query: Item = {
            "TableName": self._table,
            "IndexName": INDEX,
            "KeyConditionExpression": f"{INDEX} = :listing AND expires_at BETWEEN :since AND :until",
            "FilterExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": values,
            "ScanIndexForward": False,
            "Limit": limit,
        }
        with translated(Reason.STORE_UNAVAILABLE):
            return self._dynamodb.query(**query, **({"ExclusiveStartKey": start} if start else {}))


_SEARCHED = ("name", "what", "value", "tenant")


def _filter(search: SignalSearch) -> tuple[Item, Item, list[str]]:
    until = FAR if search.until is None else search.until
    asked = {name: getattr(search, name) for name in _SEARCHED if getattr(search, name) is not None}
    values: Item = {
        ":listing": {"S": LISTING},
        ":since": {"N": str(search.since + KEPT)},
        ":until": {"N": str(until + KEPT)},
        ":score": {"N": str(search.score)},
        **{f":{name}": {"S": value} for name, value in asked.items()},
    }
    names = {"#score": "score", **{f"#{name}": name for name in asked}}
    return names, values, ["#score >= :score", *(f"#{name} = :{name}" for name in asked)]


def _attributes(signal: Signal) -> Item:
    tenant = {} if signal.tenant is None else {"tenant": {"S": signal.tenant}}
    return {
        "signal": {"S": encode(signal).decode()},
        "score": {"N": str(signal.score)},
        "name": {"S": signal.name},
        "what": {"S": signal.watched.what},
        "value": {"S": signal.watched.value},
        **tenant,
        INDEX: {"S": LISTING},
        "expires_at": {"N": str(signal.at + KEPT)},
    }


def _key(id_: str) -> Key:
    return {"pk": {"S": item_key("signal", id_)}}


def _start(after: str | None) -> Item | None:
    """Raises ValueError."""
    start = json.loads(after) if after else None
    if start is not None and not isinstance(start, dict):
        raise ValueError("no place in the list of signals")
    return start


_DECODER = Decoder(Signal)


def _signal(item: Item) -> Signal:
    try:
        return _DECODER.decode(item["signal"]["S"])
    except (KeyError, TypeError, ValueError) as error:
        raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, "a signal is unreadable") from error
