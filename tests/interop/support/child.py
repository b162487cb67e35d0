"""Other people's programs as child processes: each a process group of its own, ended as a whole whatever happens."""

import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO, TypeAlias

Process: TypeAlias = "subprocess.Popen[str]"

FAREWELL = 20.0
"""Seconds to end by itself."""


class DidNotStart(Exception):
    """The program ended or stayed silent; says what it last wrote."""


def unwind_on_sigterm() -> None:
    """Whoever ends this process early ends its children too: only an exception unwinds what is entered."""
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one would interrupt the unwinding
    raise KeyboardInterrupt


@contextmanager
def child(
    command: Sequence[str],
    log: IO[str],
    folder: Path,
    environment: Mapping[str, str] | None = None,
    *,
    talks: bool = False,
) -> Iterator[Process]:
    """The running program. `talks`: its stdout is a pipe to us, and only stderr goes to `log`."""
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **(environment or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if talks else log,
        stderr=log,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            _end(process)


def _end(process: Process) -> None:
    """Ask the first process, which tells its children; then leave nothing of the group."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(FAREWELL)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def wait_until(ready: Callable[[], bool], process: Process, log: Path, seconds: float) -> None:
    """Return once `ready`, which may raise OSError until then; raises DidNotStart."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError):
            if ready():
                return
        time.sleep(0.1)
    raise DidNotStart(f"not ready within {seconds:.0f} seconds, or ended before:\n{tail(log)}")


def read_line(process: Process, log: Path, seconds: float) -> str:
    """The next line that a talking program says; raises DidNotStart."""
    if process.stdout is not None and select.select([process.stdout], [], [], seconds)[0]:
        line = process.stdout.readline()
        if line:
            return line
    raise DidNotStart(f"silent for {seconds:.0f} seconds, or ended:\n{tail(log)}")


def tail(log: Path) -> str:
    """The last of what a program has written."""
    return log.read_text(encoding="utf-8", errors="replace")[-3000:]


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on, for programs that cannot pick one themselves."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
