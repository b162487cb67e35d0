"""An HTTP request and response as plain values, so that the library never sees a gateway's event."""

from collections.abc import Mapping
from typing import ClassVar, Protocol

from msgspec import Struct, field

from federation.value import Redacted


class HttpRequest(Redacted, Struct, frozen=True):
    """What arrived. Header names are lower case; the gateway joins repeated headers with commas.

    Secrets are in the body and in headers, so `repr` has neither: it cannot carry them to a log by accident.
    """

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"body", "headers", "client_certificate"})

    method: str
    path: str
    body: bytes
    correlation_id: str
    headers: Mapping[str, str] = field(default_factory=dict)
    query: str = ""
    source_ip: str = ""
    client_certificate: str | None = None
    """PEM of the TLS client certificate as the gateway saw it; never taken from a header."""
    iam_caller: str | None = None
    """ARN of the request's signer, as a gateway with an IAM authorizer says; never taken from a header."""
    trace_id: str = ""
    """X-Ray's name for the trace, as Lambda says; never taken from a header."""


class HttpResponse(Redacted, Struct, frozen=True):
    """What leaves."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"body"})

    status: int
    body: bytes
    headers: Mapping[str, str]


class HttpEndpoint(Protocol):
    """Answers every request, and raises nothing."""

    def handle(self, request: HttpRequest, /) -> HttpResponse:
        """The answer."""
        ...
