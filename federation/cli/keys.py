"""`fedbridge keys`: our signing keys, where each stands in its life, and moving them by hand."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from federation.cli.completion import complete_kid
from federation.cli.console import Terminal, printable
from federation.cli.failure import USAGE, Failed
from federation.cli.main import SETTINGS, application_named
from federation.cli.session import AdminSession, admin_command

EXAMPLE = "Example: fedbridge keys list"

app = application_named("keys", help="List, rotate or revoke our signing keys.", epilog=EXAMPLE, no_args_is_help=True)

Kid = Annotated[
    str,
    typer.Argument(metavar="KID", help="Of the key, as `fedbridge keys list` shows it.", autocompletion=complete_kid),
]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, for the trail.")]

WIDTH = 80
_HEADINGS = ("state", "kid", "since", "until")
_STYLES = {"active": "green", "next": "cyan", "retired": "yellow", "revoked": "red"}


@app.command("list", epilog=EXAMPLE, context_settings=dict(SETTINGS))
@admin_command
def list_(session: AdminSession) -> None:
    """Show which key signs, which one is next, and when the others leave."""
    _show(session.terminal, session.connect().get("/keys").members)


@app.command("rotate", epilog='Example: fedbridge keys rotate --reason "drill"', context_settings=dict(SETTINGS))
@admin_command
def rotate(session: AdminSession, *, reason: Why = "") -> None:
    """Sign with the next key from now on; tokens that are signed already stay good. Keys rotate by themselves as well.

    Exits 1 while not every verifier can have the next key.
    """
    moved = session.connect().post("/keys/rotate", {"reason": reason}).members
    _moved(session.terminal, moved)


@app.command(
    "revoke",
    epilog='Example: fedbridge keys revoke RS256-Zl3... --reason "used by a stranger"',
    context_settings=dict(SETTINGS),
)
@admin_command
def revoke(session: AdminSession, kid: Kid, *, reason: Why) -> None:
    """In an emergency: nothing verifies with this key any more. If it signed, so did your own token: log in again."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,128}", kid):
        raise Failed(f"{printable(kid)} is no key's id", "take the whole id: fedbridge keys list", code=USAGE)
    _moved(session.terminal, session.connect().post(f"/keys/{kid}/revoke", {"reason": reason}).members)


def _moved(terminal: Terminal, keys: Mapping[str, Any]) -> None:
    _show(terminal, keys)
    changes = keys.get("changes") or [{}]
    if changes[0].get("unseen"):
        terminal.note("the key that signs now is new: some verifiers may refuse its tokens for ten minutes", "yellow")


def _show(terminal: Terminal, keys: Mapping[str, Any]) -> None:
    terminal.answer(keys)
    if terminal.as_json:
        return
    rows = [_HEADINGS, *map(_living, keys["items"]), *_revoked(keys.get("former", ()))]
    shown = [tuple(map(printable, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        # Not by rich, whose table leaves columns out in a narrow terminal: a kid is there to be copied.
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        for line in _lines(cells):
            terminal.say(line, _STYLES.get(row[0], "dim" if row is shown[0] else ""))


def _lines(cells: list[str]) -> Iterator[str]:
    """One line where all of them fit into it, else the times below the name."""
    whole = "  ".join(cells)
    if len(whole) <= WIDTH:
        yield whole.rstrip()
        return
    state, kid, *times = cells
    yield f"{state}  {kid}".rstrip()
    yield f"{' ' * len(state)}  {'  '.join(times)}".rstrip()


def _living(key: Mapping[str, Any]) -> tuple[str, str, str, str]:
    since = key["published_at"] if key["state"] == "next" else key["active_since"]
    until = f"ready {key['seen_by_all_at'] or 'when published'}" if key["state"] == "next" else key["leaves_at"]
    return str(key["state"]), str(key["kid"]), str(since or ""), str(until or "")


def _revoked(former: list[Mapping[str, Any]]) -> Iterator[tuple[str, str, str, str]]:
    for key in former:
        if key["end"] == "revoked":
            yield "revoked", str(key["kid"]), str(key["left_at"]), ""
