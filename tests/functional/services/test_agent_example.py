"""The example of an agent: a token per call, another tool's refused, a person asked, the chain shown."""

import subprocess
import sys
from pathlib import Path

from federation.documents.validate import validate_path
from tests.support.eventually import HANGS

AGENT = Path(__file__).parents[3] / "examples" / "agent"


def test_the_play_goes_as_told() -> None:
    done = subprocess.run(
        [sys.executable, AGENT / "play.py"], capture_output=True, text=True, check=False, timeout=HANGS
    )
    assert done.returncode == 0, done.stderr
    text = " ".join(done.stdout.split())
    for line in (
        "Monday: the library is free (asked by user/ada, through agent/planner)",
        "missing_detail",
        "authorization_pending",
        "library is booked (by user/ada, through agent/planner)",
        "principal user/ada, with agent/planner acting",
        "used ",
        "POST /mcp",
    ):
        assert line in text, done.stdout


def test_its_documents_are_sound() -> None:
    validate_path(AGENT / "trust.yaml", loopback=True)
