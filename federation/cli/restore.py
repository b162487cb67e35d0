"""`fedbridge restore`: an earlier version of a document is written again, as a new one."""

from http import HTTPStatus
from typing import Annotated, Any

import typer

from federation.cli.console import Terminal, printable
from federation.cli.document_name import IdArgument, KindArgument
from federation.cli.session import AdminSession, admin_command, path_of
from federation.client.admin import AdminApi, AdminRefused

EXAMPLE = 'Example: fedbridge restore Mapping acme-billing-sync --version 3 --reason "undo"'

Version = Annotated[int, typer.Option(min=1, metavar="N", help="As `fedbridge history` numbers it.")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why, for the history.")]


@admin_command
def restore(
    session: AdminSession,
    kind: KindArgument,
    id_: IdArgument,
    *,
    version: Version,
    reason: Reason,
) -> None:
    """Undo: write what a document said in an earlier version. What was deleted comes back the same way.

    Exits 0 if it is written, 1 if not, 2 if that is no name of a document.
    """
    path, api = path_of(kind, id_), session.connect()
    etag = _etag(api, path)
    body = {"version": version, "reason": reason}
    written = api.post(f"/history/{path}/restore", body, etag=etag, new=etag is None)
    tell_written(session.terminal, written.members)
    if etag and written.etag == etag:
        session.terminal.note(f"it says what version {version} said: nothing was written")


def tell_written(terminal: Terminal, written: dict[str, Any]) -> None:
    """What stands now."""
    terminal.answer(written)
    document = written["document"]
    name = printable(f"{document['kind']} {document['id']}")
    terminal.say(f"{name} is at version {written['version']}", "green")
    if written.get("pending"):
        how = f"fedbridge confirm {name} --version {written['version']} --reason TEXT"
        terminal.note(f"it has no effect until a second admin confirms it: {how}", "yellow")


def _etag(api: AdminApi, path: str) -> str | None:
    """Of what stands now; None: it is deleted."""
    try:
        return api.get(f"/{path}").etag
    except AdminRefused as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            return None
        raise
