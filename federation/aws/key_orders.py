"""KeyOrders by the function that rotates.

The admin API's function may not write the key set, make a key or delete one: it asks the one function that may.
"""

import json
from typing import Any

from federation.aws.boto import translated
from federation.keys.orders import read_answer, write_order
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import KeyOrder


class InvokedKeyOrders:
    """One Invoke that waits for the answer. `function`: its name."""

    def __init__(self, client: Any, function: str) -> None:  # noqa: ANN401 (boto3's client of Lambda)
        self._client = client
        self._function = function

    def carry_out(self, order: KeyOrder) -> None:
        """Raises KeyRefused; TemporarilyUnavailable where it is not known whether it was done: ask again."""
        with translated(Reason.STORE_UNAVAILABLE):
            answered = self._client.invoke(FunctionName=self._function, Payload=json.dumps(write_order(order)).encode())
            payload = answered["Payload"].read()
        if "FunctionError" in answered:
            raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, f"{self._function}: {answered['FunctionError']}")
        try:
            read_answer(json.loads(payload))
        except (KeyError, TypeError, ValueError) as error:
            raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, f"{self._function}: {error!r}") from error
