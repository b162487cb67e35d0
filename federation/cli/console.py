"""Where a command writes: results to stdout, everything else to stderr."""

import json
from typing import Annotated, Any

import typer
from msgspec import Struct
from rich.console import Console
from rich.text import Text

from federation.cli.printable import printable, printable_json

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="Print without colour; so does the variable NO_COLOR.")]


class Terminal(Struct, frozen=True):
    """How somebody wants to be told."""

    as_json: bool = False
    no_color: bool = False

    @property
    def results(self) -> Console:
        """For people; whoever wants JSON gets `print_json` instead."""
        return output(no_color=self.no_color)

    @property
    def asides(self) -> Console:
        """Progress, warnings, questions."""
        return diagnostics(no_color=self.no_color)

    def say(self, text: str, style: str = "") -> None:
        """A line on stdout for people, however long; nothing for machines. Markup in it is text."""
        if not self.as_json:
            self.results.print(Text(printable(text), style), soft_wrap=True)

    def answer(self, document: Any) -> None:  # noqa: ANN401 - any JSON value
        """One JSON document on stdout for machines; nothing for people."""
        if self.as_json:
            print_json(document)

    def ask(self, text: str) -> None:
        """A line on stderr for whoever sits there: the command waits for it, so it is shown under `--json` as well."""
        self.asides.print(text, markup=False)

    def note(self, text: str, style: str = "dim") -> None:
        """A line on stderr for people."""
        if not self.as_json:
            self.asides.print(Text(printable(text), style), soft_wrap=True)


def output(*, no_color: bool = False) -> Console:
    """Results. Rich leaves colour out for NO_COLOR and for anything but a terminal."""
    return Console(no_color=no_color or None, highlight=False, soft_wrap=False)


def diagnostics(*, no_color: bool = False) -> Console:
    """Problems and progress."""
    return Console(stderr=True, no_color=no_color or None, highlight=False)


def print_json(document: Any) -> None:  # noqa: ANN401 - any JSON value
    """One JSON document on stdout."""
    print(printable_json(json.dumps(document, indent=2, ensure_ascii=False)))
