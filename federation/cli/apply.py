"""`fedbridge apply`: a folder of trust documents is written; interrupted and repeated, it comes to the same end."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from shutil import which
from typing import Annotated, Any

import typer

from federation.cli.console import Progress, Terminal
from federation.cli.failure import USAGE, Failed
from federation.cli.plan import Folder, Prune
from federation.cli.plan_view import print_plan
from federation.cli.planning import Plan, SavedPlan, body_of, plan_folder, reported
from federation.cli.problems import end_invalid
from federation.cli.session import AdminSession, admin_command
from federation.cli.trust_folder import Part, written_parts
from federation.client.admin import AdminApi, AdminRefused
from federation.documents.source import InvalidDocuments

LONGEST = 512
"""Characters that the bridge keeps of a reason."""
PATIENCE = 5
"""Seconds."""
_UNASKED = "read `fedbridge plan`, then say so: --yes"


def last_commit(folder: Path) -> str:
    """One printable line; empty where there is no git, or no commit."""
    git = which("git")
    if git is None:
        return ""
    where = folder if folder.is_dir() else folder.parent
    command = [git, "-C", str(where), "log", "-1", "--format=%s"]
    try:
        shown = subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 (git itself)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    text = shown.stdout.decode("utf-8", "replace").strip()
    return "".join(character for character in text if character.isprintable())[:LONGEST]


EXAMPLE = 'Example: fedbridge apply trust --plan plan.json --yes --reason "partner acme, ticket 4711"'

PlanFile = Annotated[
    Path | None,
    typer.Option("--plan", metavar="FILE", exists=True, help="Apply this very plan, and refuse if trust moved since."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Reason = Annotated[
    str | None, typer.Option(metavar="TEXT", help="Why, for the history; default: the last commit's subject.")
]


@admin_command
def apply(
    session: AdminSession,
    folder: Folder,
    *,
    plan: PlanFile = None,
    prune: Prune = False,
    reason: Reason = None,
    yes: Yes = False,
) -> None:
    """Write what `fedbridge plan` shows: a broken document in the set means that nothing is written.

    After an interruption, repeat the command: it goes on where it stopped, and comes to the same end.

    At a terminal it shows the plan and asks; elsewhere, and with --json, it wants --yes.

    Exits 0 if everything is as the folder says, 1 if not, also if you said no, 2 if there was no terminal to ask at.
    """
    api, terminal = session.connect(), session.terminal
    progress = Progress(terminal)
    try:
        saved = SavedPlan.read(plan) if plan else None
        planned = plan_folder(api, folder, progress, prune=saved.prune if saved else prune)
        _go_on(terminal, saved.check(planned, api.bridge) if saved else 0)
        _agree(terminal, planned, yes=yes)
        why = last_commit(folder) if reason is None else reason
        changes = _write(api, planned, why, progress) if planned.changes else []
    except InvalidDocuments as invalid:
        end_invalid(terminal, invalid)
    _tell(terminal, planned, changes)


def _go_on(terminal: Terminal, done: int) -> None:
    if done:
        terminal.note(f"going on: {done} changes of this plan were made before")


def _agree(terminal: Terminal, planned: Plan, *, yes: bool) -> None:
    """Asks at the terminal; raises Failed where the answer is no, and where there is no terminal."""
    if not terminal.as_json:
        print_plan(terminal.results, planned)
    if yes or not planned.changes:
        return
    if terminal.as_json or not sys.stdin.isatty():
        raise Failed("nothing was written: there is nobody here to ask", _UNASKED, code=USAGE)
    if not typer.confirm("Write this?", err=True):
        raise Failed("nothing was written: you said no")


def _write(api: AdminApi, planned: Plan, why: str, progress: Progress) -> list[dict[str, Any]]:
    """Part after part, each at the revision that the one before has left."""
    base, changes = planned.base, list[dict[str, Any]]()
    parts = written_parts(planned.folder, planned.actions)
    for part in progress.through("applying", parts, [_weight(part) for part in parts]):
        answer = _send(api, part, {"base": base, "reason": why}, len(changes))
        base = answer["base"]
        changes += [change for change in answer["changes"] if change["action"] != "unchanged"]
    return changes


def _send(api: AdminApi, part: Part, further: dict[str, Any], done: int) -> dict[str, Any]:
    try:
        return api.post("/apply", {**body_of(part.documents, part.deletions), **further}).members
    except AdminRefused as refused:
        if done:
            raise Failed(f"{done} changes were made, then: {refused}", "repeat the command: it goes on") from refused
        raise reported(part.documents, refused) from None


def _weight(part: Part) -> int:
    return len(part.documents.sources) + len(part.deletions)


def _tell(terminal: Terminal, planned: Plan, changes: Sequence[dict[str, Any]]) -> None:
    waiting = [change for change in changes if change.get("pending")]
    terminal.answer({"ok": True, "changes": list(changes), "unchanged": planned.unchanged})
    terminal.say(f"{len(changes)} written, {planned.unchanged} unchanged", "bold green")
    for change in waiting:
        how = f"fedbridge confirm {change['kind']} {change['id']} --version {change['version']} --reason TEXT"
        terminal.note(f"a second admin must confirm {change['kind']} {change['id']}: {how}", "yellow")
