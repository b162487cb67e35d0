"""An HTTP server on 127.0.0.1 in a thread: open once entered, closed and joined once left."""

import errno
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

import uvicorn

from federation.local.asgi import Answer, Application

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
    """Says when it accepts connections; leaves signals to whoever runs it."""

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
