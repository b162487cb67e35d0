"""`fedbridge whocan`: who can reach what, by the documents alone."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from federation.cli.console import Terminal
from federation.cli.failure import USAGE, Failed
from federation.cli.session import AdminSession, admin_command
from federation.cli.whocan_tree import print_reach

EXAMPLE = "Example: fedbridge whocan --audience risk-engine --scope risk:score:read"

Audience = Annotated[str | None, typer.Option(metavar="ID", help="Who reaches this?")]
Scope = Annotated[str | None, typer.Option(metavar="SCOPE", help="With --audience: for this scope alone.")]
Principal = Annotated[str | None, typer.Option(metavar="NAME", help="What does this one reach, and for whom?")]


@admin_command
def whocan(
    session: AdminSession,
    *,
    audience: Audience = None,
    scope: Scope = None,
    principal: Principal = None,
) -> None:
    """Show every way to an audience, or everything that a principal reaches, with whoever may act on its behalf.

    Exits 0 if the bridge has answered, 1 if not, 2 if it is not clear what is asked.
    """
    if (audience is None) == (principal is None) or (scope and principal):
        raise Failed("about whom?", "--audience, perhaps with --scope; or --principal", code=USAGE)
    given = {"audience": audience, "scope": scope, "principal": principal}
    api = session.connect()
    found = api.get("/whocan", {name: value for name, value in given.items() if value is not None}).members
    if audience and not found.get("items"):
        api.get(f"/audiences/{audience}")  # a name that is misspelt reaches nobody either
    _tell(session.terminal, found, principal or audience or "")


def _tell(terminal: Terminal, found: Mapping[str, Any], asked: str) -> None:
    terminal.answer(found)
    if not terminal.as_json:
        print_reach(terminal.results, found, asked)
    if found.get("truncated"):
        terminal.note("there is more than is shown: ask for one scope, or about one principal", "yellow")
