"""API Gateway HTTP API events, payload format 2.0 <-> requests and responses as the library knows them.

Source: "Create AWS Lambda proxy integrations for HTTP APIs" in the API Gateway developer guide.
"""

import base64
from collections.abc import Mapping
from typing import TypeAlias

from federation.oauth.http import HttpRequest, HttpResponse
from federation.oauth.identifiers import FORM

Event: TypeAlias = object
"""Anything at all: a function can be invoked with what no gateway would send."""
GatewayResponse: TypeAlias = dict[str, object]

UNREADABLE = b"\x00"
"""Stands for what cannot be decoded. The form parser refuses it, so it is answered and recorded like any refusal."""
_IAM = ("accessKey", "accountId", "callerId", "userArn", "userId")
"""What an IAM authorizer always says; it leaves `cognitoIdentity` and `principalOrgId` empty now and then."""


class _MalformedEvent(ValueError):
    """No gateway sends this."""


def read_event(event: Event, invocation: str, trace_id: str = "") -> HttpRequest:
    """The request in an event; never raises. `invocation`: names the request where the gateway did not.

    The correlation id is the gateway's, never one that the caller chose: one-time things are claimed under it.
    """
    try:
        return _request(_members(event), invocation, trace_id)
    except _MalformedEvent:
        return HttpRequest("POST", "", UNREADABLE, invocation, headers={"content-type": FORM}, trace_id=trace_id)


def write_response(response: HttpResponse) -> GatewayResponse:
    """What the gateway wants returned."""
    return {
        "statusCode": response.status,
        "headers": dict(response.headers),
        "body": response.body.decode(),
        "isBase64Encoded": False,
    }


def _request(event: Mapping[object, object], invocation: str, trace_id: str) -> HttpRequest:
    context = _members(event.get("requestContext"))
    http = _members(context.get("http"))
    certificate = _members(_members(context.get("authentication")).get("clientCert"))
    headers, iam_caller = _headers(_members(event.get("headers"))), _iam_caller(context)
    return HttpRequest(
        method=_text(http.get("method")),
        path=_text(event.get("rawPath")),
        body=_body(event),
        correlation_id=_text(context.get("requestId")) or invocation,
        headers=headers if iam_caller is None else _without_signature(headers),
        query=_text(event.get("rawQueryString")),
        source_ip=_text(http.get("sourceIp")),
        client_certificate=_text(certificate.get("clientCertPem")) or None,
        iam_caller=iam_caller,
        trace_id=trace_id,
    )


def _iam_caller(context: Mapping[object, object]) -> str | None:
    """ARN of the signer, where an IAM authorizer has spoken; only a gateway's whole word counts."""
    iam = _members(context.get("authorizer")).get("iam")
    if iam is None:
        return None
    if not all(_text(_members(iam).get(name)) for name in _IAM):
        raise _MalformedEvent
    return _text(_members(iam).get("userArn"))


def _without_signature(headers: dict[str, str]) -> dict[str, str]:
    """The AWS signature was the gateway's to judge; whatever else an Authorization header holds, stays."""
    signed = headers.get("authorization", "").startswith("AWS4-")
    return {name: value for name, value in headers.items() if not (signed and name == "authorization")}


def _body(event: Mapping[object, object]) -> bytes:
    """UNREADABLE for a body that is not what `isBase64Encoded` says; the rest of the event may still be told."""
    body = _text(event.get("body"))
    try:
        return base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except ValueError:
        return UNREADABLE


def _headers(headers: Mapping[object, object]) -> dict[str, str]:
    """Names in lower case; names that differ in case alone are one header, joined as the gateway joins them."""
    joined: dict[str, str] = {}
    for name, value in headers.items():
        lower = _text(name).lower()
        joined[lower] = f"{joined[lower]},{_text(value)}" if lower in joined else _text(value)
    return joined


def _members(value: object) -> Mapping[object, object]:
    """An object's members; none where it is absent."""
    if value is None:
        return {}
    if not isinstance(value, (dict, Mapping)):
        raise _MalformedEvent
    return value


def _text(value: object) -> str:
    """Text; empty where it is absent."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _MalformedEvent
    return value
