"""`fedbridge drill`: a game day on this laptop, with a runbook and a clock."""

import logging
import os
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer
from msgspec import to_builtins

from federation.cli.console import AsJson, NoColor, Terminal
from federation.local.drills.catalogue import DRILLS, Drill
from federation.local.drills.run import LONGEST, Player, play
from federation.local.drills.stage import Stage

EXAMPLE = "Example: fedbridge drill kms-throttled"
LONGEST_WALK = 60.0
"""Seconds: what the runbook's commands do not end by then, they do not end."""
INTERRUPTED = 130
"""What shells say of a command that was ended by SIGINT."""
Name = StrEnum("Name", {name.upper().replace("-", "_"): name for name in DRILLS})  # type: ignore[misc]


def drill(
    name: Annotated[Name, typer.Argument(help="What is broken.")],
    *,
    walk: Annotated[bool, typer.Option("--walk", help="Do what the runbook says, and show it.")] = False,
    longest: Annotated[float, typer.Option(metavar="SECONDS", help="For how long to wait.", min=0)] = LONGEST,
    as_json: AsJson = False,
    no_color: NoColor = False,
) -> None:
    """Break a bridge on this laptop, name the runbook, and time the way out; all is undone however it ends.

    Work in another terminal, with the variables that are shown. Exits 0 if the way out was found and the bridge is
    sound afterwards, 1 if not, 130 if interrupted.
    """
    logging.getLogger("federation.local").setLevel(logging.CRITICAL)  # what is broken fails, and is not news
    terminal, chosen = Terminal(as_json, no_color), DRILLS[str(name)]
    terminal.say("starting a bridge, and breaking it: a quarter of a minute or more")
    with _ended_as_by_ctrl_c(), Stage(StringIO()) as stage:
        act = _Walk(terminal) if walk else _Person(terminal, stage)
        player = Player(lambda what: terminal.say(what, "bold"), act, lambda: act.is_done(chosen), act.look)
        journal = play(chosen, stage, player, min(longest, LONGEST_WALK) if walk else longest)
    terminal.answer(to_builtins(journal))
    raise typer.Exit(0 if journal.passed else INTERRUPTED if journal.interrupted else 1)


@contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """Also by SIGTERM, and by a terminal that is closed: a folder with an admin's token must not stay."""
    before = {each: signal.signal(each, signal.default_int_handler) for each in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _variables(stage: Stage) -> dict[str, str]:
    return {"FEDBRIDGE_URL": stage.bridge.url, "FEDBRIDGE_TOKEN_FILE": str(stage.token_file)}


_PROGRAMS = Path(sys.executable).parent
"""Where `fedbridge` is."""


class _Walk:
    """Runs the commands one after the other, all of them."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._done = 0

    def is_done(self, drill: Drill) -> bool:
        """Whether none is left."""
        return self._done == len(drill.walk)

    def __call__(self, drill: Drill, stage: Stage) -> None:
        """The next one; after the last, nothing is left but to wait."""
        if self.is_done(drill):
            time.sleep(1)
            return
        line = drill.walk[self._done]
        self._done += 1
        self._terminal.say(f"$ {line}")
        if line == "mend":
            assert drill.mend  # noqa: S101 - a drill whose walk has it can be mended
            drill.mend(stage)
            return
        path = f"{_PROGRAMS}{os.pathsep}{os.environ.get('PATH', '')}"
        outcome = subprocess.run(  # noqa: S603 (a line of the catalogue)
            ["/bin/bash", "-c", line],
            check=False,
            capture_output=True,
            text=True,
            cwd=stage.folder,
            env={**os.environ, **_variables(stage), "PATH": path},
        )
        for printed in (outcome.stdout + outcome.stderr).splitlines():
            self._terminal.say(f"  {printed}")
        stage.keep_admin()

    def look(self, _stage: Stage) -> None:
        """A program does not look."""


class _Person:
    """A person works in another terminal; `mend` and Enter here does what is done at AWS."""

    def __init__(self, terminal: Terminal, stage: Stage) -> None:
        self._shown = False
        self._hears = True
        self._terminal = terminal
        exports = " ".join(f"{name}={value}" for name, value in _variables(stage).items())
        if shutil.which("fedbridge") is None:
            exports += f' PATH={shlex.quote(str(_PROGRAMS))}:"$PATH"'
        self._terminal.say(f"in another terminal: cd {stage.folder}; export {exports}")
        self._terminal.say("you are logged in there, and again whenever a revoked key ends that")

    def is_done(self, _drill: Drill) -> bool:
        """Whenever it is over."""
        return True

    def __call__(self, drill: Drill, stage: Stage) -> None:
        """A second of waiting."""
        if drill.mend and not self._shown:
            self._shown = True
            self._terminal.say("what the runbook does at AWS: type mend and Enter here")
        if self._line(1.0) == "mend" and drill.mend:
            drill.mend(stage)
        stage.keep_admin()

    def look(self, stage: Stage) -> None:
        """At a terminal: nothing is taken away before the page's last command was typed."""
        if sys.stdin.isatty():
            self._terminal.say('see it as the runbook says under "Over"; Enter here ends the drill')
            while self._line(1.0) is None and self._hears:
                stage.keep_admin()

    def _line(self, seconds: float) -> str | None:
        """What was typed meanwhile, if anything was."""
        if not self._hears:
            time.sleep(seconds)
            return None
        readable, _, _ = select.select([sys.stdin], [], [], seconds)
        typed = sys.stdin.readline() if readable else ""
        self._hears = not readable or bool(typed)
        return typed.strip() if typed else None
