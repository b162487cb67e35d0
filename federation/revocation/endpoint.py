"""The revocation endpoint: HTTP in, HTTP out, and no way for an exception to leave."""

from collections.abc import Callable

from msgspec import Struct

from federation.oauth.errors import OAuthError
from federation.oauth.http import HttpRequest, HttpResponse
from federation.oauth.response import render_error


class RevocationEndpoint(Struct, frozen=True):
    """`POST /revoke`."""

    revoke: Callable[[HttpRequest], None]
    error_page: str
    """URL of the page that explains every reason."""

    def handle(self, http: HttpRequest) -> HttpResponse:
        """200 and nothing else, or why not (RFC 7009 section 2.2)."""
        try:
            self.revoke(http)
        except OAuthError as refusal:
            return render_error(refusal, http.correlation_id, self.error_page)
        return HttpResponse(200, b"", {"cache-control": "no-store", "x-correlation-id": http.correlation_id})
