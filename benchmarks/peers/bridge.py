"""The token function's handler behind uvicorn: each request becomes the event that API Gateway would make of it."""

import base64
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from benchmarks.peers.asgi import THREADS, asked, serve
from benchmarks.world import Invocation
from federation.local.requests import GatewayRequest, GatewayResponse
from federation.local.server import Application
from functions import token
from functions.runtime import Handler


def answering(handler: Handler) -> Application:
    """As an ASGI application."""

    def answer(request: GatewayRequest) -> GatewayResponse:
        result: Any = handler(_event(request), Invocation())
        headers = tuple(result["headers"].items())
        return GatewayResponse(result["statusCode"], result["body"].encode(), headers)

    return Application(answer, ThreadPoolExecutor(THREADS))


def _event(request: GatewayRequest) -> dict[str, Any]:
    http = {"method": "POST", "path": request.path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.7", "userAgent": "b/1"}
    return {
        "version": "2.0",
        "routeKey": "ANY /token",
        "rawPath": request.path,
        "rawQueryString": "",
        "headers": dict(request.headers),
        "requestContext": {"accountId": "123456789012", "http": http, "requestId": "bench", "stage": "$default"},
        "body": base64.b64encode(request.body).decode(),
        "isBase64Encoded": True,
    }


if __name__ == "__main__":
    about = asked()
    with Path(os.devnull).open("w") as log:
        with redirect_stdout(log):
            built = token.build(about["environment"])
        serve(answering(built), "/token")
