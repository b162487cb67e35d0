"""The Lambda runtime API as SnapStart has it, for the real runtime client (awslambdaric); with a credentials endpoint.

The runtime interface emulator knows no restore. Source: "Using the Lambda runtime API" and, for `restore/next`, the
runtime client itself.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from tempfile import TemporaryFile
from threading import Event, Thread
from typing import IO, Any

from tests.support.eventually import HANGS, PAUSE
from tests.support.lambda_template import ROOT

RUNTIME = "/2018-06-01/runtime"
TOKEN = "snapshot-authorization"
INVOCATION = (
    ("Lambda-Runtime-Aws-Request-Id", "request"),
    ("Lambda-Runtime-Deadline-Ms", "9" * 13),
    ("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:token:live"),
    ("Lambda-Runtime-Trace-Id", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0"),
)


class SnapshotRuntime:
    """`restored` is set by the test: until then the snapshot lies there. `asked` holds what was asked, in order."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.restored = Event()
        self.before_snapshot = Event()
        self.events: Queue[Any] = Queue()
        self.answers: Queue[Any] = Queue()
        self.credentials = {"AccessKeyId": "TokenFunction", "SecretAccessKey": "secret", "Token": "session"}
        self.process: subprocess.Popen[bytes]
        self.log: IO[bytes]

    def invoke(self, event: object) -> Any:  # noqa: ANN401 - JSON
        """What the function returned. Raises RuntimeError where its process has ended."""
        self.events.put(event)
        while True:
            try:
                return self.answers.get(timeout=PAUSE)
            except Empty as error:
                if self.process.poll() is not None:
                    self.log.seek(0)
                    raise RuntimeError(self.log.read().decode()) from error


class _Handler(BaseHTTPRequestHandler):
    runtime: SnapshotRuntime

    def do_GET(self) -> None:
        self.runtime.asked.append(self.path)
        if self.path == "/credentials":
            found = self.headers["authorization"] == TOKEN
            document = {**self.runtime.credentials, "Expiration": "2999-01-01T00:00:00Z"}
            self._send(200 if found else 403, document if found else {})
        elif self.path == f"{RUNTIME}/restore/next":
            self.runtime.before_snapshot.set()
            self.runtime.restored.wait(HANGS)
            self._send(200, {})
        else:
            event = self.runtime.events.get()
            self._send(200, event, *INVOCATION)

    def do_POST(self) -> None:
        self.runtime.asked.append(self.path)
        self.runtime.answers.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self._send(202, {})

    def _send(self, status: int, body: object, *headers: tuple[str, str]) -> None:
        """With a content type, without which the runtime client ends."""
        content = json.dumps(body).encode()
        self.send_response(status)
        about = (("content-type", "application/json"), ("content-length", str(len(content))))
        for name, value in (*headers, *about):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - name of http.server
        """Nothing is logged."""


@contextmanager
def snapshot_runtime(handler: str, environment: Mapping[str, str]) -> Iterator[SnapshotRuntime]:
    """The function under the runtime client, without credentials of its environment, as SnapStart has it."""
    runtime = SnapshotRuntime()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"runtime": runtime}))
    server.daemon_threads = True
    Thread(target=server.serve_forever, daemon=True).start()
    address = f"127.0.0.1:{server.server_port}"
    started = {
        "PATH": "/usr/bin:/bin",
        **{name: value for name, value in environment.items() if "ACCESS_KEY" not in name},
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{address}/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": TOKEN,
    }
    command = [sys.executable, "-m", "awslambdaric", handler]
    with (
        TemporaryFile() as runtime.log,
        subprocess.Popen(command, cwd=ROOT, env=started, stdout=runtime.log, stderr=runtime.log) as runtime.process,
    ):
        try:
            yield runtime
        finally:
            runtime.process.kill()
            server.shutdown()
            server.server_close()
