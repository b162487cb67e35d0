"""`GET /health`, and the page of `GET /authorize`: static answers, which ask nothing of any function or library."""

import json
from collections.abc import Mapping

from federation.oauth.http import HttpResponse
from federation.oauth.metadata import AUTHORIZE_PATH
from federation.version import VERSION
from functions.event import Event, GatewayResponse, read_event, write_response
from functions.runtime import Context, Handler, built_on_access

_BODY = json.dumps({"status": "ok", "version": VERSION}).encode()
_PAGE = b"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>No sign-in here</title>
<h1>No sign-in here</h1>
<p>This bridge exchanges tokens of machines. It has no sign-in page, and sends nobody anywhere.
<p>Send the token that you have to <code>POST /token</code> (RFC 8693).
</html>
"""


def build(environment: Mapping[str, str]) -> Handler:  # noqa: ARG001 every function is built alike
    """The handler."""
    return handle


def handle(event: Event, context: Context) -> GatewayResponse:
    """200, and which version this is; 400 for a request to sign in, whatever it says."""
    request = read_event(event, context.aws_request_id)
    headers = {"cache-control": "no-store", "x-correlation-id": request.correlation_id}
    if request.path == AUTHORIZE_PATH:
        static = {"content-type": "text/html; charset=utf-8", "content-security-policy": "default-src 'none'"}
        return write_response(HttpResponse(400, _PAGE, headers | static))
    return write_response(HttpResponse(200, _BODY, headers | {"content-type": "application/json"}))


__getattr__ = built_on_access(build)
