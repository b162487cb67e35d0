"""A socket on loopback that says exactly the bytes that a test wants, at the pace that it wants."""

import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def saying(*parts: bytes, every: float = 0.0, for_ever: bytes = b"") -> Iterator[str]:
    """The URL of a server that answers each connection with `parts`, `every` seconds apart, then `for_ever` again and
    again until the caller goes away."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, parts, every, for_ever), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def _accept(listener: socket.socket, parts: Iterable[bytes], every: float, for_ever: bytes) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_answer, args=(connection, parts, every, for_ever), daemon=True).start()


def _answer(connection: socket.socket, parts: Iterable[bytes], every: float, for_ever: bytes) -> None:
    with connection, suppress(OSError):
        connection.recv(65536)
        for part in parts:
            connection.sendall(part)
            time.sleep(every)
        while for_ever:
            connection.sendall(for_ever)
            time.sleep(every)
