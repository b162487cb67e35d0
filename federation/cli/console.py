"""Where a command writes: results to stdout, everything else to stderr."""

import json
from typing import Annotated, Any

import typer
from rich.console import Console

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
NoColor = Annotated[bool, typer.Option("--no-color", help="Print without colour; so does the variable NO_COLOR.")]


def output(*, no_color: bool = False) -> Console:
    """Results. Rich leaves colour out for NO_COLOR and for anything but a terminal."""
    return Console(no_color=no_color or None, highlight=False, soft_wrap=False)


def diagnostics(*, no_color: bool = False) -> Console:
    """Problems and progress."""
    return Console(stderr=True, no_color=no_color or None, highlight=False)


def print_json(document: Any) -> None:  # noqa: ANN401 - any JSON value
    """One JSON document on stdout."""
    print(json.dumps(document, indent=2, ensure_ascii=False))
