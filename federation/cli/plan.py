"""`fedbridge plan`: what a folder of trust documents would change, and what that means."""

from pathlib import Path
from typing import Annotated, Any

import typer

from federation.admin.documents.problem import InvalidDocuments
from federation.cli.bridge import TokenFile, Url, connect
from federation.cli.console import AsJson, NoColor, Terminal, print_json
from federation.cli.failure import failing_well
from federation.cli.invalid import end_invalid, problem_json
from federation.cli.plan_view import print_plan
from federation.cli.planning import Plan, plan_folder
from federation.cli.progress import Progress
from federation.cli.saved_plan import SavedPlan

EXAMPLE = "Example: fedbridge plan trust --out plan.json"
CHANGES = 2

Folder = Annotated[
    Path, typer.Argument(metavar="DIR", exists=True, readable=True, help="A folder of trust documents, or one file.")
]
Prune = Annotated[
    bool, typer.Option("--prune", help="Also delete what the bridge has and the folder has not. Never by default.")
]
Out = Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Keep the plan, for `fedbridge apply --plan`.")]


def plan(  # noqa: PLR0913 (each is an option of the command)
    folder: Folder,
    *,
    prune: Prune = False,
    out: Out = None,
    url: Url = None,
    token_file: TokenFile,
    as_json: AsJson = False,
    no_color: NoColor = False,
) -> None:
    """Check the documents offline, then show what they would change and which identities gain or lose what.

    Exits 0 if nothing changes, 2 if something does, 1 if something is wrong.
    """
    terminal = Terminal(as_json, no_color)
    with failing_well(terminal, url or "the bridge"):
        api = connect(url, token_file)
        try:
            planned = plan_folder(api, folder, Progress(terminal), prune=prune)
        except InvalidDocuments as invalid:
            end_invalid(terminal, invalid)
        if out:
            SavedPlan.of(planned, api.bridge).write(out)
        if as_json:
            print_json(plan_json(planned))
        else:
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
        "warnings": [problem_json(warning) for warning in planned.warnings],
    }
