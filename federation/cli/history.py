"""`fedbridge history`: every version of a document, with who, when and why."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from federation.cli.console import printable
from federation.cli.document_name import IdArgument, KindArgument
from federation.cli.plan_view import print_diff
from federation.cli.session import AdminSession, admin_command, every, path_of

EXAMPLE = "Example: fedbridge history Mapping acme-billing-sync"

Limit = Annotated[int, typer.Option(min=1, max=10_000, metavar="N", help="The newest N versions.")]


@admin_command
def history(
    session: AdminSession,
    kind: KindArgument,
    id_: IdArgument,
    *,
    limit: Limit = 20,
) -> None:
    """Show the versions of a document, the newest first, each with its difference to the one before.

    Exits 0 if there is one, 1 if there never was, 2 if that is no name of a document.
    """
    path = path_of(kind, id_)
    versions = list(every(session.connect(), f"/history/{path}", limit))
    session.terminal.answer({"items": versions})
    for version in versions if not session.terminal.as_json else ():
        _print(session.terminal.results, version)


def _print(console: Console, version: Mapping[str, Any]) -> None:
    change = version["changed"]
    through = f" (through {', '.join(change['actors'])})" if change.get("actors") else ""
    gone = ", deleted" if version["deleted"] else ""
    heading = f"version {version['version']}{gone}  {change['when']}  {change['who']}{through}"
    console.print(Text(printable(heading), "bold red" if gone else "bold"), soft_wrap=True)
    if change.get("why"):
        console.print(Text(f"  {printable(change['why'])}", "italic"), soft_wrap=True)
    if not gone:
        print_diff(console, version["diff"])
