"""The console's own server: loopback alone, for as long as its command runs."""

import socket
from contextlib import closing
from typing import Final

import uvicorn
from starlette.types import ASGIApp

LOOPBACK: Final = "127.0.0.1"


class PortTaken(OSError):
    """The port cannot be had."""


def listen(port: int) -> socket.socket:
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


def server_of(application: ASGIApp) -> uvicorn.Server:
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


def serve(application: ASGIApp, listener: socket.socket) -> None:
    """Until Ctrl-C or SIGTERM."""
    with closing(listener):
        server_of(application).run(sockets=[listener])
