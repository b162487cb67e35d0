"""AWS that answers at once: what moto answered once is answered again, so that only our own time is left.

KMS signs each message afresh with a key of this process. The stub counts its own CPU time, which is not ours.
"""

import io
import time
from collections import Counter
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from moto.core.models import botocore_stubber
from msgspec import Struct, field

AFRESH = frozenset({"Sign", "TransactWriteItems"})
"""Never the same twice."""
READS = frozenset({"GetItem", "BatchGetItem", "Query"})


class _Raw(io.BytesIO):
    """What botocore reads a body from."""

    def stream(self, **_: Any) -> Any:  # noqa: ANN401  (urllib3's signature)
        yield self.read()


class StubAws(Struct):
    """Stands before moto for every client of the default session made after `install`."""

    delay: float = 0.0
    """Seconds that every answer takes."""
    calls: Counter[str] = field(default_factory=Counter)
    cpu: float = 0.0
    """Seconds of CPU that answering took."""
    _kept: dict[tuple[str, bytes], tuple[int, HTTPHeaders, bytes]] = field(default_factory=dict)

    def install(self) -> None:
        """From now on; clients keep 64 connections so that nothing waits for one."""
        boto3.setup_default_session()
        session = boto3.DEFAULT_SESSION
        assert session is not None  # noqa: S101  (setup_default_session has just made it)
        session._session.set_default_client_config(Config(max_pool_connections=64))  # noqa: SLF001
        session.events.register_first("before-send", self._answer)  # type: ignore[arg-type]  # the stubs forget that it may answer
        botocore_stubber.enabled = False  # botocore asks every listener: moto answers when it is asked by us

    def _answer(self, request: AWSPreparedRequest, **event: Any) -> AWSResponse:  # noqa: ANN401
        started = time.thread_time()
        operation = str(event["event_name"]).rsplit(".", 1)[-1]
        self.calls[operation] += 1
        response = self._respond(operation, request)
        self.cpu += time.thread_time() - started
        if self.delay:
            time.sleep(self.delay)
        return response

    def _respond(self, operation: str, request: AWSPreparedRequest) -> AWSResponse:
        body = request.body if isinstance(request.body, bytes) else b""
        key = (operation, body if operation in READS else b"")
        if operation in AFRESH or key not in self._kept:
            answer = botocore_stubber.process_request(request)
            assert answer is not None  # noqa: S101  (moto knows every call that the bridge makes)
            status, fields, content = answer
            body = content if isinstance(content, bytes) else content.encode()
            self._kept[key] = (status, HTTPHeaders.from_dict(fields), body)
        status, headers, kept = self._kept[key]
        return AWSResponse(request.url, status, headers, _Raw(kept))
