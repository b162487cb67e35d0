"""`GET /health`: this process answers. It asks nothing of any other, and needs no library of its own."""

import json
from collections.abc import Mapping

from federation.oauth.http import HttpResponse
from federation.version import VERSION
from functions.event import Event, GatewayResponse, read_event, write_response
from functions.runtime import Context, Handler, built_on_access

_BODY = json.dumps({"status": "ok", "version": VERSION}).encode()


def build(environment: Mapping[str, str]) -> Handler:  # noqa: ARG001 every function is built alike
    """The handler."""
    return handle


def handle(event: Event, context: Context) -> GatewayResponse:
    """200, and which version this is."""
    headers = {
        "content-type": "application/json",
        "cache-control": "no-store",
        "x-correlation-id": read_event(event, context.aws_request_id).correlation_id,
    }
    return write_response(HttpResponse(200, _BODY, headers))


__getattr__ = built_on_access(build)
