"""Lambda's Invoke over a handler in this process, in the place of boto3's client."""

import io
import json
from collections.abc import Callable
from typing import Any


class FakeLambda:
    """`fault`: what the function's runtime says of an invocation; None: the handler is called."""

    def __init__(self, handler: Callable[[object], object], name: str = "rotate") -> None:
        self._handler = handler
        self._name = name
        self.fault: str | None = None
        self.invoked: list[str] = []

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 (boto3's names)
        assert FunctionName == self._name
        self.invoked.append(Payload.decode())
        if self.fault is not None:
            return {"FunctionError": self.fault, "Payload": io.BytesIO(b'{"errorMessage": "..."}')}
        return {"Payload": io.BytesIO(json.dumps(self._handler(json.loads(Payload))).encode())}
