"""`fedbridge pending`: the dangerous documents that wait for a second admin."""

from collections.abc import Mapping
from typing import Any

from federation.cli.console import Terminal
from federation.cli.session import AdminSession, admin_command

EXAMPLE = "Example: fedbridge pending"


@admin_command
def pending(session: AdminSession) -> None:
    """List documents that have no effect until another admin than their author confirms them: who wrote each, and why.

    Exits 0 if the bridge has answered, 1 if not.
    """
    found, terminal = session.connect().get("/confirmations").members, session.terminal
    terminal.answer(found)
    for waiting in found["items"]:
        _print(terminal, waiting)
    if not found["items"]:
        terminal.say("nothing waits for a second admin")
    if found.get("truncated"):
        terminal.note("there is more than is shown", "yellow")


def _print(terminal: Terminal, waiting: Mapping[str, Any]) -> None:
    name, written = f"{waiting['kind']} {waiting['id']}", waiting.get("updated") or {}
    terminal.say(f"{name}, version {waiting['version']}  {written.get('when', '')}  {written.get('who', '')}", "bold")
    if written.get("why"):
        terminal.say(f"  {written['why']}", "italic")
    terminal.say(f"  fedbridge confirm {name} --version {waiting['version']} --reason TEXT")
