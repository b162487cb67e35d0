"""API Gateway HTTP API events (payload format 2.0) for tests that hand them to a handler directly."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from federation.oauth.identifiers import FORM

REQUEST_ID = "JKJaXmPLvHcESHA="


@dataclass(frozen=True, slots=True)
class Invocation:
    """What a handler asks of its context."""

    aws_request_id: str = "5f0c1d62-7a0b-4f6e-9d0f-2a8f6f0b9c11"


def gateway_event(method: str, path: str, body: bytes | None = None) -> dict[str, Any]:
    """As the gateway sends it: a form is base64, names of headers are lower case."""
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"ANY {path}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": FORM, "host": "federation.example.com"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "federation.example.com",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "curl/8",
            },
            "requestId": REQUEST_ID,
            "stage": "$default",
            "timeEpoch": 1_800_000_000_000,
        },
        "isBase64Encoded": body is not None,
    }
    if body is not None:
        event["body"] = base64.b64encode(body).decode()
    return event


def token_event(parameters: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """`POST /token` with a form."""
    return gateway_event("POST", "/token", urlencode(parameters).encode())
