"""`fedbridge audit search`: what was issued, changed, refused."""

from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Annotated, Any

import typer

from federation.cli.audit_csv import as_csv
from federation.cli.audit_trace import names
from federation.cli.completion import (
    complete_audience,
    complete_client,
    complete_issuer,
    complete_jti,
    complete_mapping,
    complete_principal,
)
from federation.cli.console import Terminal, printable
from federation.cli.failure import USAGE, Failed
from federation.cli.session import AdminSession, admin_command, every

EXAMPLE = "Example: fedbridge audit search --issuer acme-okta --since 7d"

_GOOD = "allow"
_TRUST_CHANGED = "trust_changed"

Since = Annotated[str, typer.Option(metavar="TIME", help="As 7d, 24h, 2026-11-30 or 2026-11-30T08:00:00Z.")]
Jti = Annotated[
    str | None,
    typer.Option(metavar="ID", help="That record alone, with a changed document whole.", autocompletion=complete_jti),
]
Principal = Annotated[
    str | None,
    typer.Option(
        metavar="NAME", help="Tokens about it, and those with which it acts.", autocompletion=complete_principal
    ),
]
Issuer = Annotated[
    str | None,
    typer.Option(
        metavar="ID",
        help="What rests on that Issuer document, and refusals of who claims to.",
        autocompletion=complete_issuer,
    ),
]
Audience = Annotated[
    str | None,
    typer.Option(
        metavar="ID", help="Tokens for it. These may be globs: 'payments-*'.", autocompletion=complete_audience
    ),
]
Mapping_ = Annotated[
    str | None,
    typer.Option("--mapping", metavar="ID", help="Tokens that a Mapping has led to.", autocompletion=complete_mapping),
]
Client = Annotated[
    str | None,
    typer.Option(metavar="ID", help="Tokens that this client has asked for.", autocompletion=complete_client),
]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="Nothing newer, as --since is written.")]
Request = Annotated[str | None, typer.Option("--correlation-id", metavar="ID", help="That request alone.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, metavar="N", help="At most N records.")]
Csv = Annotated[bool, typer.Option("--csv", help="Write them as CSV; what a spreadsheet would run is made text.")]


@admin_command
def search(  # noqa: PLR0913 (each is an option of the command)
    session: AdminSession,
    *,
    principal: Principal = None,
    issuer: Issuer = None,
    jti: Jti = None,
    audience: Audience = None,
    mapping: Mapping_ = None,
    client: Client = None,
    correlation_id: Request = None,
    since: Since = "24h",
    until: Until = None,
    limit: Limit = 50,
    csv: Csv = False,
) -> None:
    """Show what was issued, changed, approved and revoked lately; by issuer or correlation id what was refused too."""
    if csv and session.terminal.as_json:
        raise Failed("what is to be written to stdout?", "one of --csv, --json", code=USAGE)
    named = {"principal": principal, "issuer": issuer, "audience": audience, "mapping": mapping, "client": client}
    asked = {**named, "jti": jti, "correlation_id": correlation_id, "since": since, "until": until}
    query = {name: value for name, value in asked.items() if value}
    nearly_sorted = every(session.connect(), "/audit", limit, query)
    found = sorted(nearly_sorted, key=lambda record: str(record.get("time")), reverse=True)
    session.terminal.answer({"items": found})
    if csv:
        print(as_csv(found), end="")
    else:
        print_records(session.terminal, found)


def print_records(terminal: Terminal, records: Sequence[Mapping[str, Any]]) -> None:
    """A line each, with what leads on to the next question."""
    for record in records:
        if record.get("outcome") == _TRUST_CHANGED:
            _print_change(terminal, record)
            continue
        style = "" if record.get("outcome") == _GOOD else "yellow"
        what = " ".join((*names(record.get("scope")), "at", *names(record.get("audience"))))
        told = record.get("reason") or (what if record.get("audience") else "")
        who = record.get("principal") or record.get("subject") or _claimed(record)
        named = f"jti {record['jti']}" if record.get("jti") else f"correlation id {record.get('correlation_id')}"
        terminal.say(f"{record.get('time')}  {record.get('outcome')}", style)
        for line in (who, told, named):
            _say_wrapped(terminal, str(line), style)
    if not records:
        terminal.say("nothing of that kind is in the trail", "yellow")


def _claimed(record: Mapping[str, Any]) -> str:
    claimed = record.get("unverified_issuer")
    return f"nobody proven, who claims to be of {claimed}" if claimed else "nobody"


def _say_wrapped(terminal: Terminal, text: str, style: str) -> None:
    """Within 80 columns, where no single word is longer: ids are there to be copied."""
    for line in wrap(printable(text), 76, break_long_words=False, break_on_hyphens=False):
        terminal.say(f"    {line}", style)


def _print_change(terminal: Terminal, record: Mapping[str, Any]) -> None:
    document = f"{record.get('kind')} {record.get('id')}"
    reason = f": {record['reason']}" if record.get("reason") else ""
    terminal.say(f"{record.get('time')}  {_TRUST_CHANGED}", "yellow")
    done = f"{record.get('changed_by')} {record.get('action')} {document} version {record.get('version')}{reason}"
    for line in (done, f"jti {record.get('jti')}"):
        _say_wrapped(terminal, line, "yellow")
