"""Tells the demo to a person: what was asked, what came back, what the auditor sees. Fits 80 columns."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from federation.local.audit_trail import Record
from federation.local.demo.delegation import Delegated
from federation.local.demo.stage import Stage
from federation.local.demo.steps import Exchanged, Moment, Refused
from federation.version import VERSION

_COMPARED = ("iss", "sub", "aud", "scope")
_OPENING = """\
Machines elsewhere hold a token of their own identity provider. Each trades it for a short-lived token of ours that
works at one audience with the least scope (RFC 8693). No secret is kept anywhere."""

_REAL = """\
the Lambda handlers and the API Gateway events they get, the trust documents of examples/trust, every provider's claims
and checks, the cryptography"""

_STANDS_IN = """\
AWS, embedded in this process; and the providers' keys, on loopback. Their documents keep the true issuer and say
keys: {jwks_uri: http://127.0.0.1:...} here. The partner's issuer is on loopback altogether"""


class Narrator:
    """Prints one step after the other."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._number = 0

    def open(self, stage: Stage) -> None:
        """What this is, and what is real."""
        self._console.print(Panel(_flowing(_OPENING), title=f"federation-bridge {VERSION}", border_style="cyan"))
        facts = [("real", _flowing(_REAL)), ("stands in", _flowing(_STANDS_IN))]
        self._console.print(_facts([*facts, ("bridge", Text(stage.url, style="bold"))]))

    def chapter(self, title: str) -> None:
        """A heading over several steps."""
        self._console.print()
        self._console.rule(f"[bold]{title}[/]", style="cyan")

    def exchanged(self, step: Exchanged) -> None:
        """A token that was traded."""
        self._heading(step.workload.title, step.workload.story)
        self._console.print(_facts([("asks", Text(f"POST /token  audience={step.workload.audience}"))]))
        if step.token_claims:
            self._console.print(Padding(_comparison(step), (0, 2)))
            self._console.print(Padding(_decoded(step), (0, 2)))
        self._console.print(_facts([*_audited(step.record), *_verdict(step.problems)]))

    def exchanged_elsewhere(self, steps: Sequence[Exchanged]) -> None:
        """More tokens that were traded, a line each."""
        self._heading("Every other provider", "The same steps, with the claims that each of them documents.")
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), expand=True)
        table.add_column("provider", no_wrap=True)
        table.add_column("its sub", no_wrap=True, overflow="ellipsis", ratio=1)
        table.add_column("our principal", no_wrap=True)
        table.add_column("")
        for step in steps:
            verdict = Text("; ".join(step.problems) or "ok", style="red" if step.problems else "green")
            table.add_row(step.workload.title, str(step.claims["sub"]), str(step.token_claims.get("sub", "-")), verdict)
        self._console.print(Padding(table, (0, 2)))

    def delegated(self, step: Delegated) -> None:
        """An actor's token."""
        self._heading(step.actor.title, step.actor.story)
        asked = f"POST /token  audience={step.actor.audience}  actor_token={step.actor.name}'s"
        self._console.print(_facts([("asks", Text(asked))]))
        if step.token_claims:
            self._console.print(Padding(_decoded(step), (0, 2)))
        self._console.print(_facts([*_traced(step.record), *_verdict(step.problems)]))

    def told(self, moment: Moment) -> None:
        """Something that takes a few lines."""
        self._heading(moment.title, moment.story)
        rows = [(label, Text(text)) for label, text in moment.facts]
        self._console.print(_facts([*rows, *_verdict(moment.problems)]))

    def refused(self, step: Refused) -> None:
        """An attempt that was refused."""
        self._heading(step.attempt.title, step.attempt.story)
        self._console.print(_facts([*_seen(step), *_logged(step.records), *_verdict(step.problems)]))

    def close(self, problems: Sequence[str]) -> None:
        """How it ended."""
        self._console.print()
        if problems:
            self._console.print(f"[bold red]{len(problems)} problems in {self._number} steps.[/]")
        else:
            self._console.print(f"[bold green]All {self._number} steps ended as they should.[/]")
            self._console.print("Next: [bold]make serve[/], and the curl of README.md against it")

    def _heading(self, title: str, story: str) -> None:
        self._number += 1
        self._console.print()
        self._console.print(Text(f"{self._number}. {title}", style="bold yellow"))
        self._console.print(Padding(Text(story), (0, 2)))


def _flowing(text: str) -> Text:
    """Text that is wrapped where the terminal ends and not where its source did."""
    return Text(text.replace("\n", " "))


def _facts(rows: Sequence[tuple[str, Text]]) -> Padding:
    """(name, what) as aligned lines."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True, min_width=9)
    table.add_column(overflow="fold")
    for name, what in rows:
        table.add_row(name, what)
    return Padding(table, (0, 2))


def _comparison(step: Exchanged) -> Table:
    """What the provider said beside what it became."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), expand=False)
    table.add_column("", style="dim")
    table.add_column("its token", overflow="fold")
    table.add_column("ours", overflow="fold", style="green")
    for name in _COMPARED:
        table.add_row(name, *(_plain(claims.get(name, "-")) for claims in (step.claims, step.token_claims)))
    table.add_row("lives", *(f"{claims['exp'] - claims['iat']} s" for claims in (step.claims, step.token_claims)))
    return table


def _decoded(step: Exchanged | Delegated) -> Panel:
    """Our token, one claim a line."""
    return Panel(
        Group(_members(step.token_header), Text(), _members(step.token_claims)),
        title="our token, verified by PyJWT from the published JWKS",
        title_align="left",
        border_style="green",
    )


def _members(members: Mapping[str, Any]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="cyan", no_wrap=True, min_width=9)
    table.add_column(overflow="fold")
    for name, value in members.items():
        table.add_row(name, Text(json.dumps(value), style="magenta" if isinstance(value, int) else ""))
    return table


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _audited(record: Record | None) -> list[tuple[str, Text]]:
    if record is None:
        return []
    decided = ", ".join(f"{name} = {_plain(value)}" for name, value in record["decided_by"].items())
    return [
        ("audit", Text(f"{record['outcome']} by mapping {record['mapping']}, version {record['mapping_version']}")),
        ("", Text(f"because {decided}")),
        ("", Text(f"correlation_id {record['correlation_id']}", style="dim")),
    ]


def _traced(record: Record | None) -> list[tuple[str, Text]]:
    """How an auditor follows the chain."""
    if record is None:
        return []
    return [
        ("audit", Text(f"{record['outcome']}: {record['actor_principal']} acts for {record['principal']}")),
        ("", Text(f"made from {record.get('parent_jti', 'a token of ' + record['issuer'])}")),
        ("", Text(f"txn {record['txn']}", style="dim")),
    ]


def _seen(step: Refused) -> list[tuple[str, Text]]:
    members: Mapping[str, Any] = step.answer.members
    return [
        ("caller", Text(f"{step.answer.status} {members.get('error', 'issued')}", style="red")),
        ("sees", Text(str(members.get("error_description", "")))),
    ]


def _logged(records: Sequence[Record]) -> list[tuple[str, Text]]:
    rows = []
    for record in records:
        what = f"{record['outcome']} {record['reason']}"
        rows += [("audit", Text(f"{what}: {record['detail']}" if record["detail"] else what))]
        rows += [("", Text(f"correlation_id {record['correlation_id']}", style="dim"))]
    return rows


def _verdict(problems: Sequence[str]) -> list[tuple[str, Text]]:
    if not problems:
        return [("", Text("as it should be", style="green"))]
    return [("WRONG", Text(problem, style="bold red")) for problem in problems]
