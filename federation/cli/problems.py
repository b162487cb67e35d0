"""Problems of trust documents as people read them: `file:line: document: message (hint)`."""

from collections.abc import Iterable
from typing import Any, NoReturn

import typer
from msgspec import to_builtins
from rich.console import Console
from rich.text import Text

from federation.cli.console import Terminal, print_json, printable
from federation.cli.failure import FAILED
from federation.documents.source import InvalidDocuments, Problem


def print_problems(console: Console, problems: Iterable[Problem], *, style: str = "red") -> None:
    """One a line, however narrow the terminal is, so that editors and grep find the place."""
    for problem in problems:
        console.print(_line(_inert(problem), style), soft_wrap=True)


def _inert(problem: Problem) -> Problem:
    """A file may come of a pull request."""
    return Problem(
        printable(problem.file),
        problem.line,
        printable(problem.document),
        printable(problem.pointer),
        printable(problem.message),
        printable(problem.hint),
    )


def _line(problem: Problem, style: str) -> Text:
    """The text of `str(problem)` in colours."""
    text = Text(str(problem))
    place = f"{problem.file}:{problem.line}" if problem.line else problem.file
    text.stylize("bold", 0, len(place))
    start = len(text.plain) - len(problem.message) - (len(problem.hint) + 3 if problem.hint else 0)
    text.stylize(style, start, start + len(problem.message))
    if problem.hint:
        text.stylize("cyan", start + len(problem.message))
    return text


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
