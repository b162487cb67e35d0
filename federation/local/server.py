"""An HTTP server on 127.0.0.1 in a thread, and the gateway as the ASGI application that it carries."""

import asyncio
import errno
import socket
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Executor, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self, TypeAlias

import uvicorn
from msgspec import Struct

from federation.local.gateway import MAX_BODY
from federation.local.requests import BODY_TOO_LARGE, GatewayRequest, GatewayResponse

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


LOOPBACK = "127.0.0.1"

_THREADS = 8
_LARGEST_HEAD = 64 * 1024
"""Above the gateway's own limit, so that the gateway gives AWS's answer and not the server."""
_START_TIMEOUT = 10.0
"""Seconds."""


class PortTaken(Exception):
    """Something else listens on the port that was asked for."""

    def __init__(self, port: int) -> None:
        super().__init__(f"port {port} of {LOOPBACK} is taken")
        self.port = port


def listen(port: int) -> socket.socket:
    """A listening socket on loopback alone; 0 picks a free port. Raises PortTaken.

    It names its protocol: asyncio sets TCP_NODELAY on what it accepts only then, and without it every answer on a kept
    connection waits some 40 ms for the client's delayed acknowledgement.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise PortTaken(port) from None
        raise
    return listener


def url_of(listener: socket.socket) -> str:
    """The base URL that reaches `listener`."""
    return f"http://{LOOPBACK}:{listener.getsockname()[1]}"


class Server:
    """Serves `answer` on `listener` until left."""

    def __init__(self, listener: socket.socket, answer: Answer) -> None:
        self.url = url_of(listener)
        self._listener = listener
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="gateway")
        self._server = _Uvicorn(_config(Application(answer, self._executor)))
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="server", daemon=True)

    def __enter__(self) -> Self:
        """Return once connections are accepted."""
        self._thread.start()
        if not self._server.accepting.wait(_START_TIMEOUT):
            raise RuntimeError("the HTTP server did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish what is being answered, then stop."""
        self._server.should_exit = True
        self._thread.join()
        self._executor.shutdown()
        self._listener.close()


class _Uvicorn(uvicorn.Server):
    """Says when it accepts connections; leaves signals to its caller."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.accepting = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.accepting.set()


def _config(application: Application) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # a caller's X-Forwarded-For must never become its address (ATTACKS F8)
        h11_max_incomplete_event_size=_LARGEST_HEAD,
        timeout_graceful_shutdown=5,
    )
