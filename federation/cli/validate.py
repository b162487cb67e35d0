"""`fedbridge validate`: trust documents checked offline."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from msgspec import to_builtins
from rich.console import Console

from federation.cli.console import AsJson, NoColor, diagnostics, output, print_json
from federation.cli.problems import print_problems
from federation.documents.document_set import DocumentSet
from federation.documents.registry import REGISTRY
from federation.documents.source import InvalidDocuments, Problem
from federation.documents.validate import validate_path

EXAMPLE = "Example: fedbridge validate examples/trust"
HTTPS = "must begin with https://"
"""A problem that there would not be on a laptop."""

Folder = Annotated[
    Path, typer.Argument(metavar="DIR", exists=True, readable=True, help="A folder of trust documents, or one file.")
]
Loopback = Annotated[bool, typer.Option("--loopback", help="Allow http://127.0.0.1 issuers, as serve does.")]


def validate(folder: Folder, *, loopback: Loopback = False, as_json: AsJson = False, no_color: NoColor = False) -> None:
    """Check trust documents: each by itself, then all together. Nothing is sent anywhere.

    Exits 0 if they may be used, 1 if they may not, 2 if they are not there.
    """
    documents = DocumentSet()
    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()
    try:
        validated = validate_path(folder, loopback=loopback)
        documents, warnings = validated.documents, validated.warnings
    except InvalidDocuments as error:
        problems = error.problems
    if as_json:
        print_json(_report(documents, problems, warnings))
    else:
        _print(output(no_color=no_color), documents, problems, warnings)
        _hint(no_color, problems, loopback=loopback)
    raise typer.Exit(1 if problems else 0)


def _hint(no_color: bool, problems: Sequence[Problem], *, loopback: bool) -> None:
    if not loopback and any(problem.message == HTTPS for problem in problems):
        diagnostics(no_color=no_color).print(
            "next: take https, or --loopback for a bridge on this machine", style="cyan"
        )


def _report(documents: DocumentSet, problems: Sequence[Problem], warnings: Sequence[Problem]) -> dict[str, object]:
    return {
        "ok": not problems,
        "documents": _counts(documents),
        "problems": [to_builtins(problem) for problem in problems],
        "warnings": [to_builtins(warning) for warning in warnings],
    }


def _print(console: Console, documents: DocumentSet, problems: Sequence[Problem], warnings: Sequence[Problem]) -> None:
    print_problems(console, problems)
    print_problems(console, warnings, style="yellow")
    if problems:
        console.print(f"[bold red]{_many(len(problems), 'problem')}[/]: none of these documents may be used yet.")
    else:
        console.print(f"[bold green]good[/]: {_found(documents)}; {_many(len(warnings), 'warning')}.")


def _many(count: int, what: str) -> str:
    return f"{count} {what if count == 1 else f'{what}s'}"


def _found(documents: DocumentSet) -> str:
    counts = [(row.kind.lower(), row.plural, len(documents.by_kind.get(kind, ()))) for kind, row in REGISTRY.items()]
    return ", ".join(f"{count} {one if count == 1 else plural}" for one, plural, count in counts if count)


def _counts(documents: DocumentSet) -> dict[str, int]:
    return {row.plural: len(documents.by_kind.get(kind, ())) for kind, row in REGISTRY.items()}
