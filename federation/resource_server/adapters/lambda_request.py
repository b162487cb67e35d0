"""Requests as AWS hands them to Lambda functions: API Gateway (both formats), function URLs, load balancers."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from federation.resource_server.gate import Request

Event = Mapping[str, Any]
_AS_SENT = "/:@!$&'()*+,;=~-._%"
"""Characters of a path that need no escape (RFC 3986 section 3.3), and the sign of those that have one."""


def read_request(event: Event, certificate_header: str = "") -> Request:
    """What the gate looks at. Where a header that was sent twice comes joined, it is no token and no proof."""
    about = event.get("requestContext") or {}
    http = about.get("http") or {}
    path = str(event.get("rawPath") or about.get("path") or event.get("path") or "/")  # API Gateway has unescaped it
    return Request(
        method=str(http.get("method") or event.get("httpMethod") or ""),
        path=quote(path, _AS_SENT),
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
