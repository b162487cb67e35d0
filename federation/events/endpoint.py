"""The endpoint for security events: HTTP in, HTTP out, and no way for an exception to leave."""

import json
from collections.abc import Callable
from collections.abc import Mapping as ReadOnly

from msgspec import Struct

from federation.oauth.errors import OAuthError
from federation.oauth.http import HttpRequest, HttpResponse
from federation.oauth.reasons import Reason

_ERRORS: ReadOnly[Reason, str] = {
    **dict.fromkeys((Reason.UNTRUSTED_ISSUER, Reason.AMBIGUOUS_ISSUER), "invalid_issuer"),
    Reason.WRONG_AUDIENCE: "invalid_audience",
    **dict.fromkeys((Reason.UNKNOWN_KEY, Reason.UNUSABLE_KEY, Reason.UNSUPPORTED_ALGORITHM), "invalid_key"),
    Reason.BAD_SIGNATURE: "authentication_failed",
    **dict.fromkeys((Reason.EVENT_NOT_ALLOWED, Reason.EVENT_OF_ANOTHER_SUBJECT), "access_denied"),
}
"""Codes of RFC 8935 section 2.4; every other refusal has the code of its class."""


class EventsEndpoint(Struct, frozen=True):
    """`POST /events`."""

    receive: Callable[[HttpRequest], None]

    def handle(self, http: HttpRequest) -> HttpResponse:
        """202 and nothing else, or why not (RFC 8935 sections 2.2 and 2.3)."""
        try:
            self.receive(http)
        except OAuthError as refusal:
            return _refused(refusal, http)
        return HttpResponse(202, b"", {"cache-control": "no-store", "x-correlation-id": http.correlation_id})


def _refused(refusal: OAuthError, http: HttpRequest) -> HttpResponse:
    """`description` begins with our stable reason."""
    body = {
        "err": _ERRORS.get(refusal.reason, refusal.error),
        "description": refusal.description,
        "correlation_id": http.correlation_id,
    }
    headers = {
        "content-type": "application/json",
        "content-language": "en",
        "cache-control": "no-store",
        "x-correlation-id": http.correlation_id,
        **refusal.headers,
    }
    return HttpResponse(refusal.http_status, json.dumps(body, separators=(",", ":")).encode(), headers)
