"""The real Lambda runtime without Docker: the runtime interface emulator of the aws-sam-cli wheel, and awslambdaric."""

import json
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Any, Self

from tests.support.eventually import HANGS, eventually
from tests.support.lambda_template import ROOT, SAM

EMULATORS = "lib/python*/site-packages/samcli/local/rapid/aws-lambda-rie-"
INVOKE = "/2015-03-31/functions/function/invocations"


class Emulator(AbstractContextManager["Emulator"]):
    """A function under the runtime, as template.yaml names it; starts it once entered."""

    def __init__(self, handler: str, environment: Mapping[str, str]) -> None:
        self._handler = handler
        self._environment = {"PATH": "/usr/bin:/bin", **environment}
        self._running = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self._port, runtime_port = _free_ports()
            self._log: IO[bytes] = starting.enter_context(TemporaryFile())
            self._process = self._start(runtime_port)
            starting.callback(self._stop)
            self._wait()
            self._running = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    def invoke(self, event: object) -> Any:  # noqa: ANN401 - JSON
        """What the function returned; an error is `{"errorType": ..., "errorMessage": ...}`."""
        connection = HTTPConnection("127.0.0.1", self._port, timeout=HANGS)
        try:
            connection.request("POST", INVOKE, json.dumps(event))
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    @property
    def log(self) -> str:
        """What the emulator, the runtime and the function have written."""
        log = self._log.fileno()
        return os.pread(log, os.fstat(log).st_size, 0).decode()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The structured lines of the log."""
        return [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]

    def _start(self, runtime_port: int) -> subprocess.Popen[bytes]:
        command = [
            _emulator(),
            *("--runtime-interface-emulator-address", f"127.0.0.1:{self._port}"),
            *("--runtime-api-address", f"127.0.0.1:{runtime_port}"),
            *(sys.executable, "-m", "awslambdaric", self._handler),
        ]
        return subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=self._log, stderr=self._log)

    def _stop(self) -> None:
        self._process.terminate()
        self._process.wait(HANGS)

    def _wait(self) -> None:
        if not eventually(lambda: self._process.poll() is not None or self._answers()) or self._process.poll():
            raise RuntimeError(f"the emulator does not answer:\n{self.log}")

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0


def _emulator() -> str:
    machine = "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"
    (found,) = SAM.parent.glob(EMULATORS + machine)
    return str(Path(found))


def _free_ports() -> tuple[int, int]:
    """Two different ones: both are held until both are known. The emulator cannot pick its own."""
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]
