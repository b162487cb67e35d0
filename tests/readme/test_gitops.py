"""What docs/gitops.md shows is what happens: its commands are run, in order, against a bridge on this machine."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support.eventually import HANGS

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "gitops.md"
PRINTED = "http://127.0.0.1:8080"
SERVE = "fedbridge serve --port 8080 --admin-token-file admin.token\n"
AUTHOR = {
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.com",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


class Step(NamedTuple):
    """A block of commands, how it ends, and lines of what it prints."""

    script: str
    exits: int
    printed: tuple[str, ...]


def steps() -> list[Step]:
    """The guide's, in order."""
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    following = [*blocks[1:], ("", "")]
    return [
        Step(block, _exits(block), tuple(text.splitlines()) if after == "text" else ())
        for (language, block), (after, text) in zip(blocks, following, strict=True)
        if language == "sh"
    ]


def _exits(block: str) -> int:
    said = re.search(r"# exits (\d)", block)
    return int(said[1]) if said else 0


@dataclass(frozen=True)
class Desk:
    """Where somebody follows the guide."""

    url: str
    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def do(self, step: Step) -> str:
        """What went wrong; empty: nothing. What is exported holds for the steps behind it."""
        script = step.script.replace(PRINTED, self.url)
        for name, value in re.findall(r"(\w+)=(\S+)", script) if script.startswith("export ") else ():
            self.environment[name] = value
        done = subprocess.run(
            ["/bin/bash", "-c", script], cwd=self.folder, capture_output=True, text=True, env=self._all(), check=False
        )
        missing = [line for line in step.printed if line not in done.stdout]
        wrong = missing or done.returncode != step.exits
        return f"{script}\nexit {done.returncode}\n{done.stdout}{done.stderr}\nmissing: {missing}" if wrong else ""

    def _all(self) -> dict[str, str]:
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        wide = {"COLUMNS": "200", "PATH": path, "HOME": str(self.folder)}
        return {**os.environ, **AUTHOR, **wide, **self.environment}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    command = [str(Path(sys.executable).with_name("fedbridge")), *SERVE.replace("8080", "0").split()[1:]]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_ENDPOINT_URL")}
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment
    ) as serve:
        assert serve.stdout is not None
        ready = serve.stdout.readline().decode().split()
        assert ready[0] == "ready"
        yield Desk(ready[1], tmp_path)
        serve.send_signal(signal.SIGINT)
        assert serve.wait(HANGS) == 0


def test_the_guide_can_be_followed(desk: Desk) -> None:
    assert f"```bash\n{SERVE}```" in GUIDE.read_text()
    for step in steps():
        problem = desk.do(step)
        assert not problem, problem


def test_nearly_everything_is_run() -> None:
    assert len(steps()) >= 15
    assert sum(len(step.printed) for step in steps()) >= 12


def test_every_file_that_is_linked_exists() -> None:
    links = re.findall(r"\]\(((?!http|#)[^)#]+)", GUIDE.read_text())
    assert [link for link in links if not (GUIDE.parent / link).exists()] == []
