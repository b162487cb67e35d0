"""Builds API Gateway HTTP API events, payload format 2.0, as AWS builds them.

Source: "Create AWS Lambda proxy integrations for HTTP APIs" in the API Gateway developer guide, and captures of real
events: the path arrives decoded, the query string does not; repeated headers and query parameters are joined by commas;
cookies are moved out of the headers; only text/*, JSON, XML and JavaScript bodies arrive as text, so a form is base64.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

from federation.local.client_certificate import client_cert
from federation.local.requests import GatewayRequest
from federation.local.routes import RouteMatch

Event: TypeAlias = dict[str, Any]

ACCOUNT_ID = "123456789012"
API_ID = "local"
STAGE = "$default"

_TEXT = re.compile(r"text/.*|application/(?:json|xml|javascript)", re.IGNORECASE)


class Arrival(Struct, frozen=True):
    """What the gateway adds of its own. `time`: seconds since the epoch."""

    request_id: str
    time: float
    port: int = 443

    @property
    def trace_id(self) -> str:
        """In the form of AWS X-Ray's `Root`."""
        return f"Root=1-{int(self.time):08x}-{hashlib.sha256(self.request_id.encode()).hexdigest()[:24]}"


def build_event(
    request: GatewayRequest, match: RouteMatch, arrival: Arrival, iam: Mapping[str, str | None] | None = None
) -> Event:
    """The event that a function behind `match` receives for `request`. `iam`: what the IAM authorizer says."""
    cookies = [cookie.strip() for cookie in request.header("cookie").replace(",", ";").split(";") if cookie.strip()]
    query = _joined(parse_qsl(request.query, keep_blank_values=True, errors="replace"))
    return {
        "version": "2.0",
        "routeKey": match.route.key,
        "rawPath": unquote(request.path),
        "rawQueryString": request.query,
        **({"cookies": cookies} if cookies else {}),
        "headers": _headers(request, arrival),
        **({"queryStringParameters": query} if query else {}),
        "requestContext": _request_context(request, match, arrival, iam),
        **({"pathParameters": dict(match.parameters)} if match.parameters else {}),
        **_body(request),
    }


def _headers(request: GatewayRequest, arrival: Arrival) -> dict[str, str]:
    """The caller's headers with what the gateway says about the connection; the caller cannot forge the latter."""
    own = _joined(pair for pair in request.headers if pair[0] != "cookie")
    forwarded = own.get("x-forwarded-for")
    return {
        **own,
        "x-amzn-trace-id": arrival.trace_id,
        "x-forwarded-for": f"{forwarded}, {request.source_ip}" if forwarded else request.source_ip,
        "x-forwarded-port": str(arrival.port),
        "x-forwarded-proto": request.scheme,
    }


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in pairs:
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def _request_context(
    request: GatewayRequest, match: RouteMatch, arrival: Arrival, iam: Mapping[str, str | None] | None
) -> dict[str, object]:
    host = request.header("host")
    return {
        "accountId": ACCOUNT_ID,
        "apiId": API_ID,
        **_authentication(request),
        **({} if iam is None else {"authorizer": {"iam": dict(iam)}}),
        "domainName": host,
        "domainPrefix": host.split(".")[0],
        "http": {
            "method": request.method,
            "path": unquote(request.path),
            "protocol": request.protocol,
            "sourceIp": request.source_ip,
            "userAgent": request.header("user-agent"),
        },
        "requestId": arrival.request_id,
        "routeKey": match.route.key,
        "stage": STAGE,
        "time": datetime.fromtimestamp(arrival.time, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": int(arrival.time * 1000),
    }


def _authentication(request: GatewayRequest) -> dict[str, object]:
    if request.client_certificate is None:
        return {}
    return {"authentication": {"clientCert": client_cert(request.client_certificate)}}


def _body(request: GatewayRequest) -> dict[str, object]:
    if not request.body:
        return {"isBase64Encoded": False}
    media_type = request.header("content-type").partition(";")[0].strip()
    if _TEXT.fullmatch(media_type):
        return {"body": request.body.decode("utf-8", errors="replace"), "isBase64Encoded": False}
    return {"body": base64.b64encode(request.body).decode("ascii"), "isBase64Encoded": True}
