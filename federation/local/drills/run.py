"""Plays a drill: looks, breaks, waits for the way out, undoes on every path, and looks again."""

import time
from collections.abc import Callable

from msgspec import Struct, field

from federation.local.drills.catalogue import Drill, is_steady
from federation.local.drills.stage import Stage

LONGEST = 3600.0
"""Seconds for which the way out is waited for."""


class Step(Struct, frozen=True):
    """Of the journal. `at`: seconds since the drill began."""

    at: float
    what: str


class Journal(Struct):
    """What became of a drill."""

    drill: str
    runbook: str
    steady_before: bool = False
    found_way_out: bool = False
    seconds: float | None = None
    """From the symptom to the end of it."""
    interrupted: bool = False
    steady_after: bool = False
    steps: list[Step] = field(default_factory=list[Step])

    @property
    def passed(self) -> bool:
        """The way out was found, and nothing of the drill is left."""
        return self.found_way_out and self.steady_after


class Player(Struct):
    """A person or a program that looks for the way out; may raise KeyboardInterrupt."""

    told: Callable[[str], None]
    """Is told each step."""
    act: Callable[[Drill, Stage], None]
    """Does something, or waits a moment."""
    is_done: Callable[[], bool] = lambda: True
    """Whether it may be over: nothing is left to be done."""
    look: Callable[[Stage], None] = lambda _stage: None
    """Sees that it is over, before all is undone."""


def play(drill: Drill, stage: Stage, player: Player, longest: float = LONGEST) -> Journal:
    """All of it; raises nothing of what went wrong in between but what the undo raises."""
    began = time.monotonic()
    journal = Journal(drill.name, drill.runbook)

    def note(what: str) -> None:
        journal.steps.append(Step(round(time.monotonic() - began, 1), what))
        player.told(what)

    journal.steady_before = is_steady(stage)
    if journal.steady_before:
        try:
            _broken(drill, stage, player, journal, note, longest)
        except KeyboardInterrupt:
            journal.interrupted = not journal.found_way_out
        note("undone")
    journal.steady_after = _settles(stage)
    note("steady again" if journal.steady_after else "not steady")
    return journal


def _broken(
    drill: Drill, stage: Stage, player: Player, journal: Journal, note: Callable[[str], None], longest: float
) -> None:
    with drill.begin(stage):
        note(f"{drill.symptom} Runbook: docs/runbooks/{drill.runbook}.md")
        shown = time.monotonic()
        try:
            while not (player.is_done() and drill.is_over(stage)) and time.monotonic() - shown < longest:
                player.act(drill, stage)
        except KeyboardInterrupt:
            note("interrupted")
            raise
        journal.found_way_out = drill.is_over(stage)
        journal.seconds = round(time.monotonic() - shown, 1)
        note(f"over after {journal.seconds} s" if journal.found_way_out else "no way out was found")
        if journal.found_way_out:
            player.look(stage)


def _settles(stage: Stage) -> bool:
    for _ in range(5):
        if is_steady(stage):
            return True
        time.sleep(1)
    return False
