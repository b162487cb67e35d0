"""A TCP server on loopback that plays what it is told: per connection a list of replies, one for each request."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Semaphore, Thread
from typing import TypeAlias

Reply: TypeAlias = bytes | None
"""What is sent for a request; None: the connection is closed without a word."""


@dataclass
class ScriptedServer:
    """`requests` holds what came, a list for each connection."""

    port: int
    requests: list[list[bytes]] = field(default_factory=list)
    closed: Semaphore = field(default_factory=lambda: Semaphore(0))
    """Released for each connection that is closed."""


def http(body: bytes, status: int = 200, *headers: str) -> bytes:
    """An answer with its length."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def scripted_server(*connections: Sequence[Reply]) -> Iterator[ScriptedServer]:
    """A connection that has played all its replies is closed by this side."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = ScriptedServer(listener.getsockname()[1])
        thread = Thread(target=_serve, args=(listener, server, connections), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)


def _serve(listener: socket.socket, server: ScriptedServer, connections: Sequence[Sequence[Reply]]) -> None:
    with suppress(OSError):
        for replies in connections:
            connection, _ = listener.accept()
            with connection:
                seen: list[bytes] = []
                server.requests.append(seen)
                _play(connection, replies, seen)
            server.closed.release()


def _play(connection: socket.socket, replies: Sequence[Reply], seen: list[bytes]) -> None:
    for reply in replies:
        seen.append(connection.recv(65536))
        if reply is None:
            return
        connection.sendall(reply)
