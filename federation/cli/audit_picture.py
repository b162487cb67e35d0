"""How `fedbridge audit trace` draws: SVG, Mermaid text or one HTML file, on stdout or into a file."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from federation.cli.console import Terminal, printable
from federation.cli.failure import USAGE, Failed
from federation.pictures.custody import custody
from federation.pictures.graph import Graph
from federation.pictures.mermaid import mermaid
from federation.pictures.page import page
from federation.pictures.svg import svg

Svg = Annotated[bool, typer.Option("--svg", help="Draw it as SVG.")]
MermaidOption = Annotated[bool, typer.Option("--mermaid", help="Write it as Mermaid text, for a wiki.")]
Html = Annotated[bool, typer.Option("--html", help="Draw it as one HTML file that needs nothing else.")]
Out = Annotated[Path | None, typer.Option(metavar="FILE", dir_okay=False, help="Write the picture there.")]

Drawing = Callable[[Graph], str]


def chosen(terminal: Terminal, forms: Mapping[str, bool], out: Path | None) -> Drawing | None:
    """The one form that was asked for; None: no picture. Raises Failed for two, or for a file of none."""
    wanted = [name for name, is_wanted in forms.items() if is_wanted]
    if len(wanted) > 1 or (wanted and terminal.as_json and out is None):
        raise Failed("what is to be written to stdout?", f"one of --{', --'.join((*forms, 'json'))}", code=USAGE)
    if out and not wanted:
        raise Failed(f"what is to be written to {out}?", f"one of --{', --'.join(forms)}", code=USAGE)
    return {"svg": svg, "mermaid": mermaid, "html": page}[wanted[0]] if wanted else None


def draw(terminal: Terminal, chain: Mapping[str, Any], drawing: Drawing, out: Path | None) -> None:
    """The file is there as a whole or not at all; raises OSError."""
    text = drawing(custody(chain))
    if out is None:
        print(text, end="")
        return
    beside = out.with_name(f"{out.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(out)
    terminal.note(f"written: {printable(str(out))}")
