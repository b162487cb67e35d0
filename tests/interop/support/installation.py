"""What must be installed for a real issuer, and whether it is: a stamp, or the reason why not."""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeAlias

from tests.interop.support.child import child

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

Command: TypeAlias = Callable[[Path], Sequence[str]]
"""The issuer's folder -> what to run in it. A function, because a step may need what an earlier one fetched."""


class NotInstalled(Exception):
    """The issuer cannot be had here; says why."""


@dataclass(frozen=True, slots=True)
class Installation:
    """One issuer. It lives in `folder`; what is fetched or built stays in places that git ignores."""

    name: str
    folder: Path
    tools: tuple[str, ...]
    inputs: tuple[str, ...]
    """Files of the folder that decide what is installed: a change installs anew."""
    steps: tuple[Command, ...]
    seconds: int
    """The longest that a step may take."""
    version: str = ""
    """What no file of the folder says: a change installs anew as well."""

    def why_not(self) -> str | None:
        """Why it is not installed; None: it is."""
        if self._stamp.exists() and self._stamp.read_text(encoding="ascii") == self._digest():
            return None
        return self._failure.read_text(encoding="utf-8") if self._failure.exists() else "never tried: make interop"

    def install(self) -> None:
        """Have it installed; raises NotInstalled, and remembers why."""
        if self.why_not() is None:
            return
        shutil.rmtree(self._target, ignore_errors=True)
        self._target.mkdir(parents=True)
        try:
            self._run_steps()
        except (NotInstalled, OSError, subprocess.CalledProcessError) as error:
            self._failure.write_text(str(error), encoding="utf-8")
            raise NotInstalled(str(error)) from error
        self._stamp.write_text(self._digest(), encoding="ascii")

    def _run_steps(self) -> None:
        if missing := [tool for tool in self.tools if shutil.which(tool) is None]:
            raise NotInstalled(f"needs {', '.join(missing)} on the PATH")
        with (self._target / "install.log").open("w+", encoding="utf-8") as log:
            for step in self.steps:
                command = step(self.folder)
                if self._run(command, log) != 0:
                    log.seek(0)
                    raise NotInstalled(f"{Path(command[0]).name} failed: {_complaint(log.read())}")

    def _run(self, command: Sequence[str], log: IO[str]) -> int:
        try:
            with child(command, log, self.folder) as process:
                return process.wait(self.seconds)
        except subprocess.TimeoutExpired:
            raise NotInstalled(f"{Path(command[0]).name} took more than {self.seconds} seconds") from None

    def _digest(self) -> str:
        digest = hashlib.sha256(self.version.encode())
        for name in self.inputs:
            digest.update((self.folder / name).read_bytes())
        return digest.hexdigest()

    @property
    def _target(self) -> Path:
        return self.folder / "target"

    @property
    def _stamp(self) -> Path:
        return self._target / "installed"

    @property
    def _failure(self) -> Path:
        return self._target / "not-installed"


def _complaint(text: str) -> str:
    """The first line that speaks of an error, for that is where tools say what it was; else the last."""
    lines = [line.strip() for line in _COLOUR.sub("", text).splitlines() if line.strip()]
    complaints = [line for line in lines if "error" in line.lower()]
    return [*complaints, *reversed(lines), "without a word"][0][:300]
