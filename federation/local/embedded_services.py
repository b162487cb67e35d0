"""The lean services on embedded AWS: what they sign is answered in this process, without a socket in between."""

import os

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber

from federation.aws.lean.answer import HttpAnswer
from federation.aws.lean.service import AttemptFailed
from federation.aws.lean.services import lean_services
from federation.aws.lean.transport import Pending, Place, SocketTransport, Transport, Trust
from federation.aws.service import AwsServices
from federation.web.authorities import system_trust


class EmbeddedTransport:
    """Hands requests to moto, at the address that they were signed for."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def send(self, head: bytes, body: bytes) -> Pending:
        """Answered when the answer is asked for."""
        request = prepared(self._place, head, body)
        return lambda: answered(request)

    def close(self) -> None:
        """There are no connections."""


def embedded_services(failed: AttemptFailed = lambda _service, _error: None) -> AwsServices:
    """Of the environment that EmbeddedAws has made; a DynamoDB elsewhere is asked over HTTP."""
    return lean_services(os.environ, system_trust, _connect, failed)


def _connect(place: Place, trust: Trust) -> Transport:
    return EmbeddedTransport(place) if place.secure else SocketTransport(place, trust)


def prepared(place: Place, head: bytes, body: bytes) -> AWSPreparedRequest:
    """The request as moto takes it."""
    _, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.split(": ", 1) for line in lines if line]
    headers = HTTPHeaders.from_pairs([(name, value) for name, value in pairs])
    return AWSPreparedRequest("POST", f"https://{place.authority}/", headers, body, stream_output=False)


def answered(request: AWSPreparedRequest) -> HttpAnswer:
    """What moto says; raises ValueError for a service that it does not have here."""
    answer = botocore_stubber.process_request(request)
    if answer is None:
        raise ValueError(f"no embedded AWS answers at {request.url}")
    status, headers, content = answer
    body = content if isinstance(content, bytes) else content.encode()
    return HttpAnswer(status, {str(name).lower(): str(value) for name, value in headers.items()}, body)
