"""API Gateway HTTP API events, payload format 2.0, as AWS builds them, and the context beside them."""

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, unquote

from cryptography import x509
from msgspec import Struct

from federation.local.requests import GatewayRequest
from federation.local.routes import RouteMatch
from federation.ports import Clock
from federation.verification.x509.leaf import serial


def client_cert(pem: str) -> dict[str, object]:
    """The members that describe it; raises ValueError for what is no certificate."""
    certificate = x509.load_pem_x509_certificate(pem.encode())
    octets = serial(certificate)
    return {
        "clientCertPem": pem,
        "subjectDN": certificate.subject.rfc4514_string(),
        "issuerDN": certificate.issuer.rfc4514_string(),
        "serialNumber": ":".join(octets[place : place + 2] for place in range(0, len(octets), 2)),
        "validity": {
            "notBefore": _asn1_time(certificate.not_valid_before_utc),
            "notAfter": _asn1_time(certificate.not_valid_after_utc),
        },
    }


def _asn1_time(time: datetime) -> str:
    """As OpenSSL prints it: `Aug  5 09:36:04 2021 GMT`."""
    return f"{time:%b} {time.day:2d} {time:%H:%M:%S %Y} GMT"


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


REGION = "us-east-1"


class LambdaContext(Struct, frozen=True):
    """What a handler may ask about its invocation; the names are AWS's."""

    function_name: str
    aws_request_id: str
    clock: Clock
    deadline: float
    """Seconds since the epoch."""
    memory_limit_in_mb: int = 256
    function_version: str = "$LATEST"

    @property
    def invoked_function_arn(self) -> str:
        """The function's ARN."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        """Where the function's log would go."""
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        """One stream: there is one runtime."""
        return "local"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function would be stopped; never negative."""
        return max(0, int((self.deadline - self.clock.now()) * 1000))
