"""The gateway as an ASGI application, so that uvicorn can carry it."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Executor
from typing import Any, TypeAlias

from msgspec import Struct

from federation.local.gateway import MAX_BODY
from federation.local.requests import GatewayRequest, GatewayResponse
from federation.local.responses import BODY_TOO_LARGE

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Answer: TypeAlias = Callable[[GatewayRequest], GatewayResponse]


class Application(Struct, frozen=True):
    """Reads a request, answers it in a thread of its own, writes the response."""

    answer: Answer
    executor: Executor

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One HTTP exchange (ASGI 3, HTTP message format)."""
        body = await _read_body(receive)
        if body is None:
            response = BODY_TOO_LARGE
        else:
            loop = asyncio.get_running_loop()
            response = await loop.run_in_executor(self.executor, self.answer, _request(scope, body))
        await _write(response, send)


async def _read_body(receive: Receive) -> bytes | None:
    """The whole body; None: it is larger than any function may get. The rest is then left unread."""
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        event = await receive()
        chunk = event.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            return None
        chunks.append(chunk)
        more = event.get("more_body", False)
    return b"".join(chunks)


def _request(scope: Message, body: bytes) -> GatewayRequest:
    client = scope.get("client") or ("127.0.0.1", 0)
    return GatewayRequest(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]),
        body=body,
        source_ip=client[0],
        protocol=f"HTTP/{scope['http_version']}",
    )


async def _write(response: GatewayResponse, send: Send) -> None:
    headers = (*response.headers, ("content-length", str(len(response.body))))
    encoded = [(name.encode("latin-1"), value.encode("latin-1", errors="replace")) for name, value in headers]
    await send({"type": "http.response.start", "status": response.status, "headers": encoded})
    await send({"type": "http.response.body", "body": response.body})
