"""`fedbridge whocan`: who can reach what, by the documents alone."""

from typing import Annotated

import typer

from federation.cli.bridge import TokenFile, Url, connect
from federation.cli.console import AsJson, NoColor, Terminal, print_json
from federation.cli.failure import USAGE, Failed, failing_well
from federation.cli.whocan_tree import print_reach

EXAMPLE = "Example: fedbridge whocan --audience risk-engine --scope risk:score:read"

Audience = Annotated[str | None, typer.Option(metavar="ID", help="Who reaches this?")]
Scope = Annotated[str | None, typer.Option(metavar="SCOPE", help="With --audience: for this scope alone.")]
Principal = Annotated[str | None, typer.Option(metavar="NAME", help="What does this one reach, and for whom?")]


def whocan(  # noqa: PLR0913 (each is an option of the command)
    *,
    audience: Audience = None,
    scope: Scope = None,
    principal: Principal = None,
    url: Url = None,
    token_file: TokenFile,
    as_json: AsJson = False,
    no_color: NoColor = False,
) -> None:
    """Show every way to an audience, or everything that a principal reaches, with whoever may act on its behalf.

    Exits 0 if the bridge has answered, 1 if not, 2 if it is not clear what is asked.
    """
    terminal = Terminal(as_json, no_color)
    with failing_well(terminal, url or "the bridge"):
        given = {"audience": audience, "scope": scope, "principal": principal}
        if (audience is None) == (principal is None) or (scope and principal):
            raise Failed("about whom?", "--audience, perhaps with --scope; or --principal", code=USAGE)
        query = {name: value for name, value in given.items() if value is not None}
        api = connect(url, token_file)
        found = api.get("/whocan", query).members
        if audience and not found.get("items"):
            api.get(f"/audiences/{audience}")  # a name that is misspelt reaches nobody either
        if as_json:
            print_json(found)
            return
        print_reach(terminal.results, found, principal or audience or "")
        if found.get("truncated"):
            terminal.note("there is more than is shown: ask for one scope, or about one principal", "yellow")
