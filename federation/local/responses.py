"""Turns what a function returned into an HTTP response, as the HTTP API does for payload format 2.0."""

import base64
import binascii
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from federation.local.requests import GatewayResponse, Headers

_JSON: Headers = (("content-type", "application/json"),)


def message(status: HTTPStatus) -> GatewayResponse:
    """The gateway's own answer, which no function had a part in."""
    return GatewayResponse(status, json.dumps({"message": status.phrase}, separators=(",", ":")).encode(), _JSON)


NOT_FOUND = message(HTTPStatus.NOT_FOUND)
FORBIDDEN = message(HTTPStatus.FORBIDDEN)
BODY_TOO_LARGE = GatewayResponse(413, b'{"message":"Request Entity Too Large"}', _JSON)
HEAD_TOO_LARGE = GatewayResponse(431, b'{"message":"Request Header Fields Too Large"}', _JSON)
FUNCTION_FAILED = message(HTTPStatus.INTERNAL_SERVER_ERROR)


def read_result(result: object) -> GatewayResponse:
    """The response that a function's `result` stands for; a result that is none becomes a 500."""
    if not isinstance(result, Mapping) or "statusCode" not in result:
        return GatewayResponse(200, json.dumps(result).encode(), _JSON)
    try:
        return GatewayResponse(int(result["statusCode"]), _body(result), _headers(result))
    except (TypeError, ValueError, AttributeError, binascii.Error):
        return FUNCTION_FAILED


def _body(result: Mapping[str, Any]) -> bytes:
    body = result.get("body") or ""
    if result.get("isBase64Encoded"):
        return base64.b64decode(body, validate=True)
    return str(body).encode()


def _headers(result: Mapping[str, Any]) -> Headers:
    headers = {str(name).lower(): str(value) for name, value in (result.get("headers") or {}).items()}
    cookies = tuple(("set-cookie", str(cookie)) for cookie in result.get("cookies") or ())
    return (*{"content-type": "text/plain; charset=utf-8", **headers}.items(), *cookies)
