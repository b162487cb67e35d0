"""Requests as AWS hands them to Lambda functions: API Gateway (both formats), function URLs, load balancers."""

from collections.abc import Mapping
from typing import Any

from federation.resource_server.gate import Request

Event = Mapping[str, Any]


def read_request(event: Event, certificate_header: str = "") -> Request:
    """What the gate looks at. Where a header that was sent twice comes joined, it is no token and no proof."""
    about = event.get("requestContext") or {}
    http = about.get("http") or {}
    return Request(
        method=str(http.get("method") or event.get("httpMethod") or ""),
        path=str(event.get("rawPath") or about.get("path") or event.get("path") or "/"),
        authorization=_values(event, "authorization"),
        dpop=_values(event, "dpop"),
        certificate=_certificate(about),
        certificate_header=_values(event, certificate_header) if certificate_header else (),
    )


def _values(event: Event, header: str) -> tuple[str, ...]:
    several = event.get("multiValueHeaders") or {}
    found = [value for name, values in several.items() if name.lower() == header for value in values]
    if found:
        return tuple(found)
    return tuple(value for name, value in (event.get("headers") or {}).items() if name.lower() == header)


def _certificate(about: Event) -> str | None:
    """As API Gateway saw it: an HTTP API, or a REST API."""
    for place in ("authentication", "identity"):
        shown = (about.get(place) or {}).get("clientCert") or {}
        if shown.get("clientCertPem"):
            return str(shown["clientCertPem"])
    return None
