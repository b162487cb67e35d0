"""`fedbridge export`: every trust document of the bridge in a file of its own, ready for git."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from federation.cli.console import Progress, Terminal
from federation.cli.failure import Failed
from federation.cli.session import KINDS, AdminSession, admin_command, every
from federation.client.admin import AdminApi
from federation.documents.yaml_text import as_yaml

EXAMPLE = "Example: fedbridge export trust"
ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")

Folder = Annotated[
    Path, typer.Argument(metavar="DIR", file_okay=False, help="A folder; it is made if it is not there.")
]
Force = Annotated[bool, typer.Option("--force", help="Write over files of a folder that is not empty.")]


@admin_command
def export(
    session: AdminSession,
    folder: Folder,
    *,
    force: Force = False,
) -> None:
    """Write every trust document to DIR/<kind>/<id>.yaml, as `fedbridge plan` and `apply` read them.

    A file is written as a whole or not at all. After an interruption, repeat it with --force.

    Exits 0 if everything is there, 1 if not.
    """
    api, terminal = session.connect(), session.terminal
    if folder.exists() and any(folder.iterdir()) and not force:
        raise Failed(f"{folder} is not empty", "take another folder, or --force to write over its files")
    others, named, count = set(folder.glob("*/*.yaml")), [], 0
    for file in _written(api, folder, Progress(terminal)):  # however many: none is kept
        others.discard(file)
        named += [str(file)] if terminal.as_json else []
        count += 1
    terminal.answer({"written": sorted(named), "others": sorted(map(str, others))})
    _tell(terminal, folder, count, others)


def _tell(terminal: Terminal, folder: Path, count: int, others: Iterable[Path]) -> None:
    terminal.say(f"{count} documents in {folder}", "green")
    for file in sorted(others):
        terminal.note(f"{file} is none of the bridge's documents; it was there before", "yellow")


def _written(api: AdminApi, folder: Path, progress: Progress) -> Iterator[Path]:
    with progress.counting("exporting") as counter:
        for kind, plural in KINDS.items():
            for item in every(api, f"/{plural}"):
                yield _write(folder / plural, kind, item["document"])
                counter.one_more()


def _write(folder: Path, kind: str, document: dict[str, Any]) -> Path:
    """Beside its place first, so that there is never half a file; raises Failed, OSError."""
    if document.get("kind") != kind or not ID.fullmatch(str(document.get("id"))):
        raise Failed("the bridge lists a document whose name is none")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{document['id']}.yaml"
    beside = folder / f".{document['id']}.yaml.{os.getpid()}"
    beside.write_text(as_yaml(document), encoding="utf-8")
    return beside.replace(file)
