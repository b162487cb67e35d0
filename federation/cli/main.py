"""The commands, each in a file of its own."""

from typing import Annotated

import typer

from federation.cli import demo, serve, validate
from federation.version import VERSION

app = typer.Typer(
    name="fedbridge",
    help="Trades a foreign machine identity for a short-lived internal token (RFC 8693).",
    epilog="Example: fedbridge demo",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
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


app.command("demo", epilog=demo.EXAMPLE)(demo.demo)
app.command("serve", epilog=serve.EXAMPLE)(serve.serve)
app.command("validate", epilog=validate.EXAMPLE)(validate.validate)
