"""`fedbridge`: every command by its name, imported when it is run."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command

from federation.cli.console import print_json
from federation.version import VERSION


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


SETTINGS: Final = {"help_option_names": ["-h", "--help"]}

COMMANDS: Mapping[str, str] = {
    "demo": "The main job, narrated: foreign tokens in, a token of ours out.",
    "serve": "Run the whole bridge on 127.0.0.1.",
    "console": "Open the console: a browser on the admin API, served on 127.0.0.1.",
    "doctor": "Check a bridge and your own set-up, and say what to do about what is not sound.",
    "probe": "Attack a bridge from outside: 25 attacks that must all be refused.",
    "login": "Get a token for the admin API, bound to a fresh key.",
    "logout": "Revoke that token and forget it.",
    "validate": "Check trust documents, offline.",
    "plan": "Show what trust documents would change, and what that means.",
    "apply": "Write trust documents.",
    "export": "Write all trust documents to files.",
    "history": "Show every version of a document: who, when, why, and the diff.",
    "restore": "Write an earlier version of a document again.",
    "pending": "List what waits for a second admin.",
    "confirm": "Be the second admin: let a dangerous document hold.",
    "explain": "Show why a request is allowed or refused, and the smallest edit that would change it.",
    "whocan": "Show who reaches an audience, or what a principal reaches.",
    "approvals": "List, approve or deny what waits for an approval.",
    "audit": "Trace a token back to its beginning, search the trail, verify that it is whole.",
    "stats": "Show what is exchanged, refused, slow, stale or ringing, and what it costs.",
    "signals": "List what was unusual, and why; follow it.",
    "dashboard": "Print the body of a CloudWatch dashboard, for the owner or for a tenant.",
    "drill": "Break a bridge on this laptop, and find the way out with the runbook.",
    "keys": "List, rotate or revoke our signing keys.",
    "revoke": "Revoke a token, a chain, or everything that rests on something.",
    "token": "Exchange the credential at hand for a token of the bridge.",
    "exec": "Run a command with a token that is kept fresh, as itself or in a cloud.",
    "credential-config": "Write what a cloud's own tools read to get in by the bridge.",
    "scan": "Find long-lived secrets that the bridge replaces, and draft what replaces them.",
    "verify": "Check a token of the bridge, as an internal service does.",
}
"""Name -> what it does, in the order of the help. The module of that name in this package has it."""


class LazyGroup(TyperGroup):
    """Lists every command and imports the one that is run."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:  # noqa: ANN401 (typer's)
        """Of what stands before the command's name."""
        with told_in_json(tuple(args)):
            return super().make_context(info_name, args, parent, **extra)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 (typer's)
        """Runs the command that is named."""
        with told_in_json(tuple(ctx.args)):
            return super().invoke(ctx)

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:  # noqa: ANN401 (typer's)
        """The command itself in the place of its entry in the list."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, _loaded(name, listed, ctx) if name and name in COMMANDS else listed, rest


def _loaded(name: str, listed: Any, ctx: Any) -> Any:  # noqa: ANN401 (typer's)
    try:
        return load(name)
    except NotInstalled:
        if ctx.resilient_parsing:  # a shell completes, and shows no errors
            return listed
        raise


def load(name: str) -> Any:  # noqa: ANN401 (typer's own kind of command)
    """The command: the module's `app` where it has commands of its own, else its function of that name."""
    module = _imported(name)
    if isinstance(application := getattr(module, "app", None), typer.Typer):
        return get_command(application)
    alone = application_named(name)
    settings = {**SETTINGS, **getattr(module, "CONTEXT", {})}
    alone.command(name, epilog=module.EXAMPLE, context_settings=settings)(getattr(module, _in_code(name)))
    return get_command(alone)


def _in_code(name: str) -> str:
    """As Python writes it: `exec` is a word of its own there."""
    return {"exec": "run_with_token"}.get(name, name.replace("-", "_"))


def _imported(name: str) -> ModuleType:
    """Raises NotInstalled, which says what the command needs."""
    try:
        return import_module(f"federation.cli.{_MODULES.get(name, name.replace('-', '_'))}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("federation"):
            raise
        extra = _EXTRAS.get(name, "cli")
        told = f"fedbridge {name} needs the extra {extra!r} ({error.name} is not installed)"
        raise NotInstalled(f"{told}: pip install 'federation-bridge[{extra}]'") from None


_MODULES: Final[Mapping[str, str]] = {"exec": "exec_", "console": "console_"}
"""Modules that are not called as their commands are: `exec` is a word of Python's, and `console` is the terminal."""
_EXTRAS: Final[Mapping[str, str]] = {"demo": "local", "serve": "local", "drill": "local", "console": "console"}
"""What a command needs beside `cli`; clouds' libraries are asked for when one is used."""


def application_named(name: str, **settings: Any) -> typer.Typer:  # noqa: ANN401 (typer's settings)
    """Without what no command here wants."""
    frame = {"add_completion": False, "pretty_exceptions_enable": False, "context_settings": dict(SETTINGS)}
    return typer.Typer(name=name, **{**frame, **settings})


app = application_named(
    "fedbridge",
    cls=LazyGroup,
    help="Trades a foreign machine identity for a short-lived internal token (RFC 8693).",
    epilog="Example: fedbridge demo",
    no_args_is_help=True,
    add_completion=True,
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
