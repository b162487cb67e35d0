"""Faults between a client and AWS, one per attempt, so that the client's own retries are part of the test."""

import json
import os
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any, TypeAlias

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError
from moto.core.models import botocore_stubber

from federation.aws.boto import BotoService
from federation.aws.clients import boto_dynamodb, boto_kms
from federation.aws.errors import AwsUnreachable
from federation.aws.lean.answer import HttpAnswer
from federation.aws.lean.services import lean_services
from federation.aws.lean.transport import Pending, Place, Trust
from federation.aws.service import AwsServices, DynamoDb, Kms
from federation.local.embedded_services import EmbeddedTransport, prepared
from federation.model.made_signature import unrecorded
from federation.web.authorities import system_trust

Fault: TypeAlias = Callable[[AWSPreparedRequest], AWSResponse | None]
"""Answers an attempt, or raises; None: the attempt goes its way."""

CLIENTS = ("botocore", "lean")


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


class FaultyTransport:
    """The lean client's. Without a plan, moto answers."""

    def __init__(self, place: Place, _trust: Trust) -> None:
        self._inner = EmbeddedTransport(place)
        self._place = place
        self.attempt: Fault = passing

    def send(self, head: bytes, body: bytes) -> Pending:
        try:
            response = self.attempt(prepared(self._place, head, body))
        except ReadTimeoutError as lost:
            raise AwsUnreachable("TimeoutError") from lost
        if response is None:
            return self._inner.send(head, body)
        planned = HttpAnswer(response.status_code, dict(response.headers), response.content)
        return lambda: planned

    def close(self) -> None:
        """There are no connections."""


def faulty_services(client: str) -> AwsServices:
    """Of the environment; `client`: one of CLIENTS."""
    if client == "botocore":
        return AwsServices(boto_dynamodb(), boto_kms(unrecorded))
    return lean_services(os.environ, system_trust, FaultyTransport)


class FaultPlan:
    """The faults of the next attempts of a service, in order; a further attempt is an error of the test.

    `sent` holds the body of every attempt.
    """

    def __init__(self, of: DynamoDb | Kms, faults: Sequence[Fault]) -> None:
        self._faults = list(faults)
        self.sent: list[bytes] = []
        service: Any = of.service
        if isinstance(service, BotoService):
            meta = service.client.meta
            meta.events.register(f"before-send.{meta.service_model.service_id.hyphenize()}", self._event)
        else:
            service.transport.attempt = self._attempt

    def add(self, fault: Fault) -> None:
        """One more attempt, after the others."""
        self._faults.append(fault)

    @property
    def is_over(self) -> bool:
        """Whether every fault was met."""
        return not self._faults

    def _event(self, request: AWSPreparedRequest, **_: object) -> AWSResponse | None:
        return self._attempt(request)

    def _attempt(self, request: AWSPreparedRequest) -> AWSResponse | None:
        self.sent.append(bytes(request.body))  # type: ignore[arg-type]  # JSON services send bytes
        return self._faults.pop(0)(request)
