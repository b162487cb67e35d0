"""An HTTP request and response as plain values, so that the library never sees a gateway's event."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """What arrived. Header names are lower case; the gateway joins repeated headers with commas.

    Secrets are in the body and in headers, so `repr` has neither: it cannot carry them to a log by accident.
    """

    method: str
    path: str
    body: bytes = field(repr=False)
    correlation_id: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: str = ""
    source_ip: str = ""
    client_certificate: str | None = field(default=None, repr=False)
    """PEM of the TLS client certificate as the gateway saw it; never taken from a header."""
    iam_caller: str | None = None
    """ARN of whoever signed the request, as a gateway with an IAM authorizer says; never taken from a header."""


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """What leaves."""

    status: int
    body: bytes = field(repr=False)
    headers: Mapping[str, str]
