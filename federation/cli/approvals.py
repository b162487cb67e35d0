"""`fedbridge approvals`: what waits for a person, and what that person says."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from federation.cli.completion import complete_approval
from federation.cli.console import Terminal, printable
from federation.cli.failure import USAGE, Failed
from federation.cli.main import SETTINGS, application_named
from federation.cli.session import AdminSession, admin_command, every

EXAMPLE = "Example: fedbridge approvals list"

app = application_named(
    "approvals", help="List, approve or deny what waits for an approval.", epilog=EXAMPLE, no_args_is_help=True
)

ID_LENGTH = 64
"""Characters: SHA-256 in hex."""

Id = Annotated[
    str,
    typer.Argument(metavar="ID", help="`approval_id`, as the caller was told it.", autocompletion=complete_approval),
]
State = Annotated[str | None, typer.Option(metavar="STATE", help="Only those: pending, approved or denied.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="At most N.")]
Lifetime = Annotated[str, typer.Option(metavar="TIME", help="How long it holds, as 15m; at most 24h.")]
Uses = Annotated[int, typer.Option(min=1, metavar="N", help="How many tokens it is good for.")]
Reason = Annotated[str, typer.Option(metavar="TEXT", help="Why, for the trail.")]


@app.command("list", epilog="Example: fedbridge approvals list --state pending", context_settings=dict(SETTINGS))
@admin_command
def list_(
    session: AdminSession,
    *,
    state: State = None,
    limit: Limit = 500,
) -> None:
    """Show what waits for a decision, and what was decided and holds, the newest first."""
    terminal = session.terminal
    found = list(every(session.connect(), "/approvals", limit, {"state": state} if state else None))
    terminal.answer({"items": found})
    for approval in found if not terminal.as_json else ():
        _print(terminal.results, approval)
    if not found:
        terminal.say("nothing waits for an approval", "green")


@app.command(
    "approve",
    epilog='Example: fedbridge approvals approve ID --lifetime 15m --reason "incident 42"',
    context_settings=dict(SETTINGS),
)
@admin_command
def approve(
    session: AdminSession,
    id_: Id,
    *,
    reason: Reason,
    lifetime: Lifetime = "15m",
    uses: Uses = 1,
) -> None:
    """Let the request through: for a time, and for so many tokens. You cannot approve what you asked for yourself."""
    body = {"lifetime": lifetime, "uses": uses, "reason": reason}
    _tell(session.terminal, session.connect().post(f"/approvals/{_id(id_)}/approve", body).members)


@app.command(
    "deny", epilog='Example: fedbridge approvals deny ID --reason "not planned"', context_settings=dict(SETTINGS)
)
@admin_command
def deny(
    session: AdminSession,
    id_: Id,
    *,
    reason: Reason,
) -> None:
    """Refuse the request, and its repetitions for a while."""
    _tell(session.terminal, session.connect().post(f"/approvals/{_id(id_)}/deny", {"reason": reason}).members)


def _id(text: str) -> str:
    if len(text) != ID_LENGTH or not text.isascii() or not text.isalnum():
        raise Failed(f"{text} is no approval's id", "take the whole id: fedbridge approvals list", code=USAGE)
    return text


def _tell(terminal: Terminal, decided: Mapping[str, Any]) -> None:
    terminal.answer(decided)
    if not terminal.as_json:
        _print(terminal.results, decided)


_STYLES = {"pending": "yellow", "approved": "green", "denied": "red"}


def _print(console: Console, approval: Mapping[str, Any]) -> None:
    state = str(approval["state"])
    console.print(Text(printable(f"{state} {approval['id']}"), _STYLES.get(state, "")), soft_wrap=True)
    for name, value in _facts(approval).items():
        console.print(Text(f"  {name:9} {printable(value)}"), soft_wrap=True)


def _facts(approval: Mapping[str, Any]) -> dict[str, str]:
    """What an approver needs to know to decide; what is empty is left out."""
    by = f"{approval['decided_by']}: {approval.get('reason') or ''}" if approval.get("decided_by") else ""
    facts = {
        "who": str(approval["principal"]),
        "acting": " for ".join(approval.get("actors") or ()),
        "client": str(approval.get("client_id") or ""),
        "wants": f"{' '.join(approval['scopes'])} at {' '.join(approval['audiences'])}",
        "details": "; ".join(map(str, approval.get("authorization_details") or ())),
        "for": "; ".join(approval.get("purposes") or ()),
        "asked": str(approval["requested_at"]),
        "until": str(approval["expires_at"]),
        "uses": str(approval["uses"]) if approval.get("uses") else "",
        "decided": by,
    }
    return {name: value for name, value in facts.items() if value}
