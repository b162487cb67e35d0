"""Documents that must not be used, in the form of `fedbridge validate`."""

from typing import Any, NoReturn

import typer
from msgspec import to_builtins

from federation.cli.console import Terminal, print_json
from federation.cli.failure import FAILED
from federation.cli.problems import print_problems
from federation.documents.problem import InvalidDocuments, Problem


def end_invalid(terminal: Terminal, invalid: InvalidDocuments) -> NoReturn:
    """Tells every problem by file and line, and ends the command."""
    if terminal.as_json:
        print_json({"ok": False, "problems": [problem_json(problem) for problem in invalid.problems]})
    else:
        print_problems(terminal.results, invalid.problems)
        terminal.say("nothing was written: mend these first", "bold red")
    raise typer.Exit(FAILED)


def problem_json(problem: Problem) -> dict[str, Any]:
    """As `fedbridge validate --json` has it."""
    shown: dict[str, Any] = to_builtins(problem)
    return shown
