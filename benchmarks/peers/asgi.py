"""Carries an ASGI application until standard input ends."""

import json
import sys
from collections.abc import Callable
from threading import Thread
from typing import Any

import uvicorn

from federation.local.server import listen

THREADS = 32
"""As many as the most connections that are measured with."""


def asked() -> Any:  # noqa: ANN401 - JSON
    """What this process was told."""
    return json.loads(sys.stdin.readline())


def serve(application: Callable[..., Any], path: str) -> None:
    """Say where, and serve."""
    listener = listen(0)
    config = uvicorn.Config(application, access_log=False, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    print(json.dumps({"port": listener.getsockname()[1], "path": path}), flush=True)  # noqa: T201
    Thread(target=_ends, args=(server,), daemon=True).start()
    server.run([listener])


def _ends(server: uvicorn.Server) -> None:
    sys.stdin.read()
    server.should_exit = True
