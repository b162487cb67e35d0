"""The command itself."""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from federation.cli.console import AsJson, NoColor, Terminal
from federation.cli.failure import FAILED, USAGE, Failed, failing_well
from federation.cli.scan.detectors import by_form, by_name
from federation.cli.scan.drafts import drafts, write
from federation.cli.scan.files import files_under, provider_for, text_of
from federation.cli.scan.finding import WAYS, Finding
from federation.cli.scan.listings import by_listing
from federation.cli.scan.structures import by_structure

EXAMPLE = "Example: fedbridge scan . --out trust-drafts"
STDIN = "-"

Where = Annotated[
    list[Path],
    typer.Argument(metavar="PATH...", help="Folders, files, or - for a listing that gh, glab or vault print as JSON."),
]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Write draft trust documents there.")]


def scan(paths: Where, *, out: Out = None, as_json: AsJson = False, no_color: NoColor = False) -> None:
    """Find long-lived secrets that the bridge replaces, and say by whose identity and by which way. No secret is shown.

    Exits 0 if there are none, 1 if there are some, 2 if there is nothing to look at.
    """
    terminal = Terminal(as_json, no_color)
    with failing_well(terminal):
        findings = sorted({finding for path in paths for finding in _found(path)})
        _tell(terminal, findings)
        if out is not None:
            write(out, drafts(findings))
            terminal.note(f"drafts written to {out}: fill them in, then fedbridge validate {out}")
        if findings:
            raise typer.Exit(FAILED)


def _found(path: Path) -> Iterator[Finding]:
    if str(path) == STDIN:
        yield from by_listing(sys.stdin.read(), "stdin")
        return
    if not path.exists():
        raise Failed(f"there is nothing at {path}", "look at its name", code=USAGE)
    for file in files_under(path):
        yield from _in_file(file)


def _in_file(file: Path) -> Iterator[Finding]:
    text = text_of(file)
    if text is None:
        return
    shown = file.as_posix()
    provider = provider_for(shown, text)
    structured = list(by_structure(text, shown, provider))
    yield from structured
    if file.suffix == ".json":
        yield from by_listing(text, shown)
    named = list(by_name(text, shown, provider))
    yield from named
    told = {(one.line, one.kind) for one in named} | {(one.line, one.kind) for one in structured}
    whole = {one.kind for one in structured if not one.line}
    for finding in by_form(file, shown, provider):
        if (finding.line, finding.kind) not in told and not whole:
            yield finding


def _tell(terminal: Terminal, findings: list[Finding]) -> None:
    counted = Counter(one.kind.value for one in findings)
    terminal.answer({"count": len(findings), "by_kind": dict(counted), "findings": [one.members for one in findings]})
    for one in findings:
        place = f"{one.file}:{one.line}" if one.line else one.file
        named = f" {one.name}" if one.name else ""
        terminal.say(f"{place}: {one.kind.value}{named}")
        terminal.say(f"    instead: an identity of provider {one.provider}; {WAYS[one.kind].how}", "dim")
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(counted.items()))
    style = "bold red" if findings else "bold green"
    terminal.say(f"{len(findings)} long-lived secrets{f' ({kinds})' if kinds else ''}", style)
