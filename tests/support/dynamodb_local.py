"""Amazon's DynamoDB Local as a child process: a real engine, with real transactions."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

START_SECONDS = 60


@contextmanager
def dynamodb_local(libraries: Path) -> Iterator[str]:
    """The endpoint's URL. `libraries` holds the jars and the native SQLite library."""
    port = _free_port()
    process = subprocess.Popen(_command(libraries, port), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_open(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _command(libraries: Path, port: int) -> list[str]:
    return [
        "java",
        "-Xmx512m",
        f"-Djava.library.path={libraries}",
        f"-Dsqlite4java.library.path={libraries}",
        "-cp",
        f"{libraries}/*",
        "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
        "-inMemory",
        "-sharedDb",
        "-disableTelemetry",
        "-port",
        str(port),
    ]


def _free_port() -> int:
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_open(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError("DynamoDB Local did not start")
