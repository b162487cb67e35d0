"""What calls to DynamoDB cost: their number, the capacity units that it says they took, the items that they gave."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from msgspec import Struct, field

_METERED = frozenset(
    {
        *("GetItem", "BatchGetItem", "Query", "Scan"),
        *("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"),
    }
)


class Cost(Struct):
    """Of everything that was called."""

    calls: Counter[str] = field(default_factory=Counter)
    units: float = 0.0
    items: int = 0

    @property
    def text(self) -> str:
        """Names of the calls."""
        return ", ".join(f"{name} x{number}" if number > 1 else name for name, number in sorted(self.calls.items()))


class Meter:
    """Reads along with every client that is made after `install`."""

    def __init__(self) -> None:
        self._cost = Cost()

    def install(self) -> None:
        """From now on."""
        boto3.setup_default_session()
        session = boto3.DEFAULT_SESSION
        assert session is not None  # noqa: S101  (setup_default_session has just made it)
        session.events.register("provide-client-params.dynamodb", self._ask)  # type: ignore[arg-type]  # may answer
        session.events.register("after-call.dynamodb", self._read)

    @contextmanager
    def reading(self) -> Iterator[Cost]:
        """What is called within."""
        cost = self._cost = Cost()
        yield cost
        self._cost = Cost()  # what follows is none of it

    def _ask(self, params: dict[str, Any], model: Any, **_: Any) -> dict[str, Any]:  # noqa: ANN401 (botocore's)
        return {**params, "ReturnConsumedCapacity": "TOTAL"} if model.name in _METERED else params

    def _read(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:  # noqa: ANN401 (botocore's)
        self._cost.calls[model.name] += 1
        consumed = parsed.get("ConsumedCapacity", [])
        each = consumed if isinstance(consumed, list) else [consumed]
        self._cost.units += sum(one["CapacityUnits"] for one in each)
        responses = parsed.get("Responses", {})
        batches = responses.values() if isinstance(responses, dict) else ()
        self._cost.items += len(parsed.get("Items", [])) + ("Item" in parsed) + sum(map(len, batches))
