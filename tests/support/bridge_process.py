"""`fedbridge serve` as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from federation.client.http import post_form
from federation.oauth.identifiers import GrantType, TokenType
from tests.support.eventually import HANGS

FEDBRIDGE = str(Path(sys.executable).with_name("fedbridge"))


@dataclass(frozen=True, slots=True)
class Served:
    """A running bridge, and the folder that its test keeps files in."""

    process: subprocess.Popen[str]
    ready: str
    folder: Path

    @property
    def url(self) -> str:
        return self.ready.removeprefix("ready ").rstrip("\n")

    def exchange(self, token_file: Path, audience: str, **more: str) -> dict[str, Any]:
        """`more`: further fields of the form."""
        form = {
            "grant_type": GrantType.TOKEN_EXCHANGE.value,
            "subject_token": token_file.read_text(encoding="ascii"),
            "subject_token_type": TokenType.JWT.value,
            "audience": audience,
            **more,
        }
        return post_form(f"{self.url}/token", list(form.items())).members


@contextmanager
def served(folder: Path, *arguments: str | Path, **environment: str) -> Iterator[Served]:
    """`fedbridge serve` on a free port, once it is ready; ended with the context."""
    with started([FEDBRIDGE, "serve", "--port", "0", *map(str, arguments)], folder, **environment) as running:
        yield running


@contextmanager
def started(command: Sequence[str], folder: Path, **environment: str) -> Iterator[Served]:
    """The same, by another command that prints `ready URL`."""
    process = subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        yield Served(process, process.stdout.readline(), folder)
    finally:
        process.kill()
        process.communicate()


def run(*arguments: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """`fedbridge serve` that must end by itself."""
    return subprocess.run(
        [FEDBRIDGE, "serve", *map(str, arguments)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=HANGS,
        check=False,
    )
