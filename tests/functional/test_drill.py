"""A drill breaks a bridge, ends by its runbook's commands, and leaves nothing behind, however it ends."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from subprocess import PIPE, STDOUT

import pytest
from msgspec.structs import replace

from federation.local.drills.catalogue import DRILLS, Drill, is_steady
from federation.local.drills.run import Player, play
from federation.local.drills.stage import Stage
from tests.support.bridge_process import FEDBRIDGE
from tests.support.eventually import HANGS
from tests.support.runbooks import FOLDER, commands

QUICK = ("bad-policy", "kms-throttled")
"""Of the five those that wait for little; `fedbridge drill NAME --walk` plays each."""


def ignore(_what: str) -> None:
    """Steps are in the journal as well."""


def interrupt(_drill: Drill, _stage: Stage) -> None:
    raise KeyboardInterrupt


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage(StringIO()) as stage:
        yield stage


@pytest.mark.parametrize("name", QUICK)
def test_an_interrupted_drill_is_undone_and_said_to_be_no_success(stage: Stage, name: str) -> None:
    journal = play(DRILLS[name], stage, Player(ignore, interrupt))
    assert (journal.steady_before, journal.interrupted, journal.steady_after) == (True, True, True)
    assert not journal.passed
    assert [step.what for step in journal.steps][-3:] == ["interrupted", "undone", "steady again"]
    assert is_steady(stage)


def test_a_drill_that_is_interrupted_before_it_shows_is_undone_as_well(stage: Stage) -> None:
    @contextmanager
    def interrupted(stage: Stage) -> Iterator[None]:
        with DRILLS["kms-throttled"].begin(stage):
            interrupt(DRILLS["kms-throttled"], stage)
        yield

    journal = play(replace(DRILLS["kms-throttled"], begin=interrupted), stage, Player(ignore, interrupt))
    assert (journal.interrupted, journal.passed, journal.steady_after) == (True, False, True)
    assert [step.what for step in journal.steps] == ["undone", "steady again"]


def test_a_drill_shows_before_it_is_over_and_passes_when_the_way_out_is_taken(stage: Stage) -> None:
    seen: list[bool] = []

    def restore(drill: Drill, stage: Stage) -> None:
        seen.append(drill.is_over(stage))
        etag = stage.admin().get("/policies/drill").members["etag"]
        stage.admin().post("/history/Policy/drill/restore", {"version": 1, "reason": "drill"}, etag=etag)

    journal = play(DRILLS["bad-policy"], stage, Player(ignore, restore))
    assert (seen, journal.passed, journal.interrupted) == ([False], True, False)
    assert journal.seconds is not None


@pytest.mark.parametrize("name", DRILLS)
def test_the_way_out_is_what_the_runbook_says(name: str) -> None:
    drill = DRILLS[name]
    page = (FOLDER / f"{drill.runbook}.md").read_text(encoding="utf-8")
    said = {one.line.split()[1] for one in commands(FOLDER / f"{drill.runbook}.md") if one.tool == "bash"}
    for line in drill.walk:
        assert line == "mend" or line.split()[1] in said or f"`fedbridge {line.split()[1]}`" in page, line


def test_a_drill_that_is_ended_from_outside_takes_its_bridge_and_its_token_along() -> None:
    """As by Ctrl-C: the folder has an admin's token."""
    with subprocess.Popen(
        [FEDBRIDGE, "drill", "bad-policy"], stdout=PIPE, stderr=STDOUT, stdin=PIPE, text=True
    ) as process:
        assert process.stdout is not None
        folder = next(
            Path(line.partition("cd ")[2].partition(";")[0]) for line in process.stdout if "in another terminal" in line
        )
        assert folder.is_dir()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=HANGS)
    assert process.returncode == 130
    assert not folder.exists()
