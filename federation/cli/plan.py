"""`fedbridge plan`: what a folder of trust documents would change, and what that means."""

from pathlib import Path
from typing import Annotated, Any

import typer

from federation.cli.console import Progress
from federation.cli.plan_view import print_plan
from federation.cli.planning import Plan, SavedPlan, plan_folder
from federation.cli.problems import end_invalid, problem_json
from federation.cli.session import AdminSession, admin_command
from federation.documents.source import InvalidDocuments

EXAMPLE = "Example: fedbridge plan trust --out plan.json"
CHANGES = 2

Folder = Annotated[
    Path, typer.Argument(metavar="DIR", exists=True, readable=True, help="A folder of trust documents, or one file.")
]
Prune = Annotated[
    bool, typer.Option("--prune", help="Also delete what the bridge has and the folder has not. Never by default.")
]
Days = Annotated[
    int, typer.Option("--days", min=1, max=30, metavar="N", help="Decide again for identities seen in so many days.")
]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Keep the plan, for `fedbridge apply --plan`.")]


@admin_command
def plan(
    session: AdminSession,
    folder: Folder,
    *,
    prune: Prune = False,
    days: Days = 2,
    out: Out = None,
) -> None:
    """Check the documents offline, then show what they would change and which identities gain or lose what.

    Exits 0 if nothing changes, 2 if something does, 1 if something is wrong.
    """
    api, terminal = session.connect(), session.terminal
    try:
        planned = plan_folder(api, folder, Progress(terminal), prune=prune, days=days)
    except InvalidDocuments as invalid:
        end_invalid(terminal, invalid)
    if out:
        SavedPlan.of(planned, api.bridge).write(out)
    terminal.answer(plan_json(planned))
    if not terminal.as_json:
        print_plan(terminal.results, planned)
    raise typer.Exit(CHANGES if planned.changes else 0)


def plan_json(planned: Plan) -> dict[str, Any]:
    """For machines."""
    return {
        "ok": True,
        "base": planned.base,
        "changes": list(planned.changes),
        "unchanged": planned.unchanged,
        "effects": list(planned.effects),
        "seen": dict(planned.seen),
        "hurried": list(planned.hurried),
        "warnings": [problem_json(warning) for warning in planned.warnings],
    }
