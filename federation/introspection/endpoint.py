"""The introspection endpoint: HTTP in, HTTP out, and no way for an exception to leave."""

import json
from collections.abc import Callable

from msgspec import Struct

from federation.introspection.answer import IntrospectionAnswer
from federation.introspection.signed import MEDIA_TYPE
from federation.oauth.errors import OAuthError
from federation.oauth.http import HttpRequest, HttpResponse
from federation.oauth.response import render_error


class IntrospectionEndpoint(Struct, frozen=True):
    """`POST /introspect`."""

    introspect: Callable[[HttpRequest], IntrospectionAnswer]
    error_page: str
    """URL of the page that explains every reason."""

    def handle(self, http: HttpRequest) -> HttpResponse:
        """The answer to any request, as JSON, or as a signed JWT where the caller accepts that (RFC 9701)."""
        try:
            told = self.introspect(http)
        except OAuthError as refusal:
            return render_error(refusal, http.correlation_id, self.error_page)
        if told.signed is not None:
            return _render(told.signed.encode("ascii"), MEDIA_TYPE, http)
        return _render(json.dumps(told.answer, separators=(",", ":")).encode(), "application/json", http)


def _render(body: bytes, content_type: str, http: HttpRequest) -> HttpResponse:
    headers = {
        "content-type": content_type,
        "cache-control": "no-store",
        "pragma": "no-cache",
        "x-correlation-id": http.correlation_id,
    }
    return HttpResponse(200, body, headers)
