"""A command that was written wrongly, told to machines as well: with `--json` stdout has one JSON document, always."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer
from typer.exceptions import TyperException

from federation.cli.console import print_json


class NotInstalled(TyperException):
    """The command needs what the extra `cli` leaves out."""


@contextmanager
def told_in_json(arguments: Sequence[str]) -> Iterator[None]:
    """Ends a wrong use as every failure ends where `arguments` ask for JSON; else typer's own box stands on stderr."""
    try:
        yield
    except TyperException as error:
        if "--json" in arguments:
            command = getattr(getattr(error, "ctx", None), "command_path", "fedbridge")
            print_json({"error": {"message": error.format_message(), "next": f"{command} --help"}})
        elif isinstance(error, NotInstalled):
            typer.echo(error.format_message(), err=True)
        else:
            raise
        raise typer.Exit(error.exit_code) from None
