"""The wheel, and empty environments into which it is installed with one extra each."""

import fcntl
import os
import re
import subprocess
import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import Struct

ROOT = Path(__file__).parents[2]
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


class Environment(Struct, frozen=True):
    """One environment."""

    folder: Path

    def run(self, *command: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """A program of the environment, seeing nothing of this process but the locale and a home."""
        kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        environment = {**kept, "PATH": f"{self.folder}/bin:/usr/bin:/bin", **variables}
        program = str(self.folder / "bin" / command[0])
        return subprocess.run(
            [program, *command[1:]], env=environment, cwd=self.folder, capture_output=True, text=True, check=False
        )

    def python(self, script: str, **variables: str) -> str:
        """What a script prints."""
        done = self.run("python", "-I", "-c", script, **variables)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by one worker at a time: setuptools builds within the tree."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT)]
    with (tmp_path_factory.getbasetemp().parent / "wheel.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(command, check=True)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="session")
def locked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The locked versions as constraints: their hashes would have to name the wheel's as well."""
    lock = (ROOT / "requirements-dev.txt").read_text()
    file = tmp_path_factory.mktemp("lock") / "constraints.txt"
    file.write_text("\n".join(re.findall(r"^[A-Za-z0-9._-]+==[^ \\;]+", lock, re.MULTILINE)))
    return file


@pytest.fixture(scope="session")
def installed(wheel: Path, locked: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Environment]:
    """An environment with the wheel and that extra; empty: with none."""

    def install(extra: str) -> Environment:
        folder = tmp_path_factory.mktemp(extra or "base")
        venv.create(folder, with_pip=False)
        named = f"{wheel}[{extra}]" if extra else str(wheel)
        command = [*PIP, "--python", str(folder / "bin" / "python"), "install", "--constraint", str(locked), named]
        subprocess.run(command, check=True)
        return Environment(folder)

    return install
