"""A CDN with a web ACL in front of the API, where a deployment has one: a request that went round it is refused.

The CDN adds a header of the deployment's own to each request for the API, and says whose request it was (CloudFront
developer guide: "Add custom headers to origin requests", "Add CloudFront request headers").
"""

import hmac
from collections.abc import Mapping
from ipaddress import ip_address
from typing import ClassVar

from msgspec import Struct
from msgspec.structs import replace

from federation.model.metrics import EDGE_BYPASSED
from federation.oauth.http import HttpEndpoint, HttpRequest, HttpResponse
from federation.settings import SettingsError
from federation.value import Redacted
from functions.telemetry import Counters

SECRET = "FEDERATION_EDGE_SECRET"
SHORTEST_SECRET = 32
SHOWN, VIEWER = "x-federation-edge", "cloudfront-viewer-address"
_FORBIDDEN = HttpResponse(403, b'{"message":"Forbidden"}', {"content-type": "application/json"})
"""As the gateway words it."""


class BehindEdge(Redacted, Struct, frozen=True):
    """An HttpEndpoint that answers the CDN alone, as from the address that the CDN saw."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"secret"})

    endpoint: HttpEndpoint
    secret: str
    counters: Counters

    def handle(self, request: HttpRequest, /) -> HttpResponse:
        """403 for a request that went round it. The host of mutual TLS has no CDN: its handshake is its guard."""
        headers = {name: value for name, value in request.headers.items() if name not in (SHOWN, VIEWER)}
        if request.client_certificate is not None:
            return self.endpoint.handle(replace(request, headers=headers))
        viewer = _address(request.headers.get(VIEWER, ""))
        shown = request.headers.get(SHOWN, "")
        if viewer is None or not hmac.compare_digest(shown.encode(), self.secret.encode()):
            self.counters.count(EDGE_BYPASSED, {"correlation_id": request.correlation_id})
            return _FORBIDDEN
        return self.endpoint.handle(replace(request, headers=headers, source_ip=viewer))


def behind_edge(environment: Mapping[str, str], endpoint: HttpEndpoint, counters: Counters) -> HttpEndpoint:
    """The endpoint as it is where there is no CDN. Raises SettingsError."""
    secret = environment.get(SECRET, "")
    if not secret:
        return endpoint
    if len(secret) < SHORTEST_SECRET:
        raise SettingsError(f"{SECRET} has {SHORTEST_SECRET} characters or more")
    return BehindEdge(endpoint, secret, counters)


def _address(viewer: str) -> str | None:
    """`198.51.100.10:46532` or `2001:db8::1:46532` -> the address; None for what is none."""
    host = viewer.rpartition(":")[0]
    try:
        return str(ip_address(host))
    except ValueError:
        return None
