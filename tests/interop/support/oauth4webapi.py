"""panva's oauth4webapi: a client and a resource server on Node, which nobody here wrote."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from tests.interop.support.child import Process, child, read_line

NAME = "oauth4webapi"
CLIENT = "interop-client"
RESOURCE_SERVER = "interop-resource-server"

Steps: TypeAlias = Mapping[str, Any]
"""What came of each step, by its name."""

_PATIENCE = 60.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Oauth4webapi:
    """A running one. Its steps stand in client.mjs."""

    client_jwks: Mapping[str, Any]
    resource_server_jwks: Mapping[str, Any]
    process: Process = field(repr=False)
    log: Path

    def run(self, **asked: str) -> Steps:
        """Every step against the bridge at `issuer`."""
        stdin = self.process.stdin
        if stdin is None:
            raise TypeError("the client was started without a pipe")
        stdin.write(f"{json.dumps(asked)}\n")
        stdin.flush()
        steps: Steps = json.loads(read_line(self.process, self.log, _PATIENCE))
        return steps


@contextmanager
def running_oauth4webapi(folder: Path, log: Path) -> Iterator[Oauth4webapi]:
    """A fresh one, with keys of its own; raises DidNotStart."""
    with (
        log.open("w", encoding="utf-8") as writing,
        child(("node", "client.mjs"), writing, folder, talks=True) as process,
    ):
        keys = json.loads(read_line(process, log, _PATIENCE))
        yield Oauth4webapi(keys["client"], keys["resource_server"], process, log)
