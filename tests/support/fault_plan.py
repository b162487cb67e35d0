"""Faults between botocore and AWS, one per attempt, so that botocore's own retries are part of the test."""

import json
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any, TypeAlias

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.client import BaseClient
from botocore.exceptions import ReadTimeoutError
from moto.core.models import botocore_stubber

Fault: TypeAlias = Callable[[AWSPreparedRequest], AWSResponse | None]
"""Answers an attempt, or raises; None: the attempt goes its way."""


class _Raw(BytesIO):
    def stream(self, **_: object) -> list[bytes]:
        return [self.read()]


def answer(body: dict[str, Any], status: int = 200) -> Fault:
    """AWS answers with JSON."""

    def respond(request: AWSPreparedRequest) -> AWSResponse:
        return AWSResponse(request.url, status, {}, _Raw(json.dumps(body).encode()))  # type: ignore[arg-type]

    return respond


def error(code: str, status: int = 400) -> Fault:
    """AWS answers with an error."""
    return answer({"__type": code, "message": "as planned"}, status)


def lost(request: AWSPreparedRequest) -> None:
    """No answer, and nothing was done."""
    raise ReadTimeoutError(endpoint_url=request.url)


def applied_then_lost(request: AWSPreparedRequest) -> None:
    """It was done (by moto), but the answer is lost."""
    botocore_stubber("before-send", request)
    raise ReadTimeoutError(endpoint_url=request.url)


def passing(_: AWSPreparedRequest) -> None:
    """No fault: moto answers."""


class FaultPlan:
    """The faults of the next attempts of a client, in order; a further attempt is an error of the test.

    `sent` holds the body of every attempt.
    """

    def __init__(self, client: BaseClient, faults: Sequence[Fault]) -> None:
        self._faults = list(faults)
        self.sent: list[bytes] = []
        event = f"before-send.{client.meta.service_model.service_id.hyphenize()}"
        client.meta.events.register(event, self._attempt)  # type: ignore[arg-type]  # what it returns is the answer

    def _attempt(self, request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        self.sent.append(bytes(request.body))  # type: ignore[arg-type]  # JSON services send bytes
        return self._faults.pop(0)(request)
