"""`fedbridge`: the frame of all commands."""

from typing import Annotated

import typer

from federation.cli.commands import COMMANDS, LazyGroup, application_named
from federation.version import VERSION

app = application_named(
    "fedbridge",
    cls=LazyGroup,
    help="Trades a foreign machine identity for a short-lived internal token (RFC 8693).",
    epilog="Example: fedbridge demo",
    no_args_is_help=True,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"fedbridge {VERSION}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Options of every command; the help text is the application's."""


def _listed() -> None:
    """Stands in the list of commands; what is run comes from the command's own module."""


for _name, _summary in COMMANDS.items():
    app.command(_name, help=_summary)(_listed)
