"""A command that was written wrongly, told to machines as well: with `--json` stdout has one JSON document, always."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer
from typer.exceptions import TyperException

from federation.cli.console import print_json


@contextmanager
def told_in_json(arguments: Sequence[str]) -> Iterator[None]:
    """Ends a wrong use as every failure ends where `arguments` ask for JSON; else typer's own box stands on stderr."""
    as_json = "--json" in arguments
    try:
        yield
    except TyperException as error:
        if not as_json:
            raise
        command = getattr(getattr(error, "ctx", None), "command_path", "fedbridge")
        print_json({"error": {"message": error.format_message(), "next": f"{command} --help"}})
        raise typer.Exit(error.exit_code) from None
