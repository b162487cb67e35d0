"""Stands between a command and its bridge, and ends the command's process at one of its requests."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from federation.client.http import send
from tests.support.eventually import HANGS
from tests.support.fake_bridge import Asked, FakeBridge, Reply

FEDBRIDGE = str(Path(sys.executable).with_name("fedbridge"))

When = Literal["before", "after"]
"""Whether the bridge has answered the request at which the process ends."""


@dataclass
class KillingRelay(FakeBridge):
    """Relays everything to `bridge`."""

    bridge: str = ""
    kill_at: int = 0
    """Number of the request, from 1; 0: none."""
    when: When = "before"
    processes: list["subprocess.Popen[str]"] = field(default_factory=list)

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        doomed = len(self.asked) == self.kill_at
        if doomed and self.when == "before":
            return self._kill()
        target = asked.path + (
            "?" + "&".join(f"{name}={value}" for name, value in asked.query.items()) if asked.query else ""
        )
        kept = {name: value for name, value in asked.headers.items() if name not in ("host", "content-length")}
        answered = send(f"{self.bridge}{target}", asked.method, asked.body or None, kept, timeout=HANGS)
        if doomed:
            return self._kill()
        headers = {name: value for name, value in answered.headers.items() if name in ("etag", "x-correlation-id")}
        return Reply(json.loads(answered.body) if answered.body else None, answered.status, headers)

    def run(self, *arguments: str | Path, token_file: Path) -> tuple[int, str]:
        """`fedbridge` as a process of its own, through here: exit code (negative: killed) and all that it said."""
        variables = {"FEDBRIDGE_URL": self.url, "FEDBRIDGE_TOKEN_FILE": str(token_file)}
        process = subprocess.Popen(
            [FEDBRIDGE, *map(str, arguments)],
            env=os.environ | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.processes.append(process)
        told, _ = process.communicate(timeout=HANGS)
        return process.returncode, told

    def _kill(self) -> Reply:
        self.processes[-1].kill()
        return Reply(status=0)
