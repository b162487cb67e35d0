"""HTTP proxy integrations of an HTTP API: parameters of the path stand in the URI, the whole answer is passed through.

API Gateway Developer Guide, "Create HTTP proxy integrations for HTTP APIs". The engine appends the request's path to
the URI instead, and passes one header.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from http.client import HTTPSConnection
from typing import Any
from urllib.parse import quote, urlsplit

from ministack.services import apigateway  # type: ignore[import-not-found]

_NOT_PASSED = {"connection", "content-length", "date", "host", "keep-alive", "server", "transfer-encoding"}
_VARIABLE = re.compile(r"\{(\w+)\}")


def install() -> None:
    """From now on they are asked that way."""
    apigateway._invoke_http_proxy = _ask
    apigateway._create_integration = _refusing_http(apigateway._create_integration)


def _refusing_http(create: Callable[..., Any]) -> Callable[..., Any]:
    """What this stack proxies to is asked over TLS."""

    def make(api: str, asked: Mapping[str, Any]) -> Any:
        if asked["integrationType"] == "HTTP_PROXY" and not asked["integrationUri"].startswith("https://"):
            raise ValueError("an integration without TLS")
        return create(api, asked)

    return make


async def _ask(
    integration: Mapping[str, Any], path: str, method: str, headers: Mapping[str, str], body: bytes, _query: object
) -> tuple[int, dict[str, str], bytes]:
    uri = urlsplit(integration["integrationUri"])
    target = _VARIABLE.sub(lambda _: quote(path.rpartition("/")[2]), uri.path)
    sent = {name: value for name, value in headers.items() if name.lower() not in _NOT_PASSED}
    seconds = integration["timeoutInMillis"] / 1000
    return await asyncio.to_thread(_exchange, uri.netloc, method, target, sent, body, seconds)


def _exchange(
    host: str, method: str, target: str, headers: Mapping[str, str], body: bytes, seconds: float
) -> tuple[int, dict[str, str], bytes]:
    connection = HTTPSConnection(host, timeout=seconds)
    try:
        connection.request(method, target, body or None, dict(headers))
        response = connection.getresponse()
        passed = {name: value for name, value in response.getheaders() if name.lower() not in _NOT_PASSED}
        return response.status, passed, response.read()
    except TimeoutError:
        return 504, {"content-type": "application/json"}, b'{"message":"Endpoint request timed out"}'
    except OSError:
        return 500, {"content-type": "application/json"}, b'{"message":"Internal Server Error"}'
    finally:
        connection.close()
