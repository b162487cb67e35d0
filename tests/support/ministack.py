"""MiniStack as a child process: an open AWS engine, on loopback alone, with state of its own that ends with it."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from federation.local.embedded_aws import sealed_environment

COMMAND = Path(__file__).parents[2] / ".venv-engine/bin/ministack"
"""`make contract` installs it; it pins botocore, so it has an environment of its own."""
START_SECONDS = 60
STOP_SECONDS = 30
_LOG_END = 2_000


@contextmanager
def ministack() -> Iterator[str]:
    """The URL of an engine with its own settings: no TLS, and no signature is checked."""
    with TemporaryDirectory(prefix="ministack-") as folder, running_engine([COMMAND], Path(folder), free_port()) as url:
        yield url


@contextmanager
def running_engine(
    command: Sequence[str | Path], folder: Path, port: int, settings: Mapping[str, str] | None = None
) -> Iterator[str]:
    """The engine's URL over HTTP. `folder`: where its state and its `log` go. `settings`: more environment variables.

    Raises RuntimeError with the end of the engine's log if it does not start.
    """
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=_environment(folder, port, settings or {}), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait_until_open(port, process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        _stop(process)


@contextmanager
def ministack_aws(url: str) -> Iterator[None]:
    """Every AWS call of this process goes to the engine at that URL, whichever client makes it after this begins."""
    with sealed_environment(None):
        os.environ["AWS_ENDPOINT_URL"] = url
        yield


def free_port() -> int:
    """A port that was free a moment ago: the engine takes a number, and 0 is none of its."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _environment(folder: Path, port: int, settings: Mapping[str, str]) -> dict[str, str]:
    """Nothing of this shell's but the path: an AWS variable of its user would lead the engine elsewhere."""
    return {
        "PATH": os.environ["PATH"],
        **dict.fromkeys(("HOME", "TMPDIR", "STATE_DIR"), str(folder)),
        "GATEWAY_PORT": str(port),
        # It listens on every address otherwise, and its MQTT listener does so whatever BIND_HOST says.
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        **settings,
    }


def _wait_until_open(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise RuntimeError(f"MiniStack did not start: {log.read_text(errors='replace')[-_LOG_END:]}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
