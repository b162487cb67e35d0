"""The console's own server: loopback alone, for as long as its command runs."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from threading import Thread
from typing import Final

import uvicorn
from msgspec import Struct
from starlette.types import ASGIApp

from federation.client.admin import AdminApi
from federation.console.application import Console
from federation.console.door import Door
from federation.console.guard import ENTER
from federation.console.views.table import views

LOOPBACK: Final = "127.0.0.1"


class PortTaken(OSError):
    """The port cannot be had."""


class Standing(Struct, frozen=True):
    """A console with its port, to be served."""

    url: str
    door: Door
    application: ASGIApp
    listener: socket.socket

    def link(self) -> str:
        """A fresh one, which opens once; the one before it opens nothing any more."""
        return f"{self.url}{ENTER}?key={self.door.new_link()}"


def stand(port: int, bridge: str, connect: Callable[[], AdminApi]) -> Standing:
    """With all views. `port` 0: a free one; `bridge`: its URL. Raises PortTaken."""
    listener, door = _listen(port), Door()
    number = listener.getsockname()[1]
    return Standing(
        f"http://{LOOPBACK}:{number}", door, Console(views(), connect, bridge, number, door).application(), listener
    )


def serve(standing: Standing) -> None:
    """Until Ctrl-C or SIGTERM."""
    with closing(standing.listener):
        _server_of(standing.application).run(sockets=[standing.listener])


@contextmanager
def in_a_thread(standing: Standing) -> Iterator[Standing]:
    """Served beside what this process does else."""
    with closing(standing.listener):
        server = _server_of(standing.application)
        thread = Thread(target=server.run, kwargs={"sockets": [standing.listener]}, daemon=True)
        thread.start()
        try:
            yield standing
        finally:
            server.should_exit = True
            thread.join()


def _listen(port: int) -> socket.socket:
    """A socket on 127.0.0.1 that takes connections already; 0: a free port. Raises PortTaken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(64)
    except OSError as error:
        listener.close()
        raise PortTaken(f"port {port} cannot be had: {error.strerror}") from error
    return listener


def _server_of(application: ASGIApp) -> uvicorn.Server:
    """Logs nothing that a URL says: the link is in one."""
    config = uvicorn.Config(
        application,
        access_log=False,
        log_level="warning",
        server_header=False,
        ws="none",
        lifespan="off",
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)
