"""`fedbridge signals`: what was unusual, why, and where to go on; `--tail` follows."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any

import typer

from federation.cli.console import Terminal, print_line, printable
from federation.cli.session import AdminSession, admin_command, every
from federation.client.admin import AdminApi

EXAMPLE = "Example: fedbridge signals --since 7d --score 70"
PAUSE = 2.0
"""Seconds between two looks of --tail."""
BEHIND = "2m"
"""How far back each look goes: a signal is listed some seconds after it happened, and its score may have grown."""
DEFAULT_LIMIT = 50
_STYLES = {"high": "bold red", "medium": "yellow", "low": "dim"}
_RINGS_AT = 70

Named = Annotated[str | None, typer.Option("--name", metavar="SIGNAL", help="surge, first_seen, probing, ...")]
What = Annotated[str | None, typer.Option(metavar="KIND", help="principal, issuer, client, tenant or address.")]
Value = Annotated[str | None, typer.Option(metavar="NAME", help="Whom it is about, exactly.")]
Score = Annotated[int | None, typer.Option(metavar="N", min=0, max=100, help="At least; people are told from 70 on.")]
Since = Annotated[str | None, typer.Option(metavar="MOMENT", help="7d, 24h, 30m or RFC 3339; 24h by default.")]
Until = Annotated[str | None, typer.Option(metavar="MOMENT", help="Nothing newer.")]
Limit = Annotated[int, typer.Option(metavar="N", min=1, help="The newest so many.")]
Tail = Annotated[bool, typer.Option("--tail", help="Go on, until Ctrl-C; with --json one line for each.")]


@admin_command
def signals(  # noqa: PLR0913 (each is an option of the command)
    session: AdminSession,
    *,
    name: Named = None,
    what: What = None,
    value: Value = None,
    score: Score = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = DEFAULT_LIMIT,
    tail: Tail = False,
) -> None:
    """List what was unusual about principals, issuers, clients, tenants and addresses, with the evidence.

    With --tail it goes on until Ctrl-C; with --json as well, every signal is one line.

    Exits 0 whether there is anything or not, 1 if the bridge does not answer.
    """
    asked = {"name": name, "what": what, "value": value, "score": score, "since": since, "until": until}
    query = {key: str(one) for key, one in asked.items() if one is not None}
    api, terminal = session.connect(), session.terminal
    if tail:
        follow(api, query, terminal)
        return
    found = list(every(api, "/signals", limit, query))
    terminal.answer({"items": found})
    for signal in reversed(found):
        _show(terminal, signal)
    if not found:
        terminal.say("nothing unusual")


def follow(
    api: AdminApi, query: Mapping[str, str], terminal: Terminal, pause: Callable[[float], None] = time.sleep
) -> None:
    """Every signal once, and again when its score has grown; returns when the user has had enough."""
    told: dict[str, int] = {}
    asked = dict(query)
    try:
        while True:
            for signal in _new(api, asked, told):
                if terminal.as_json:
                    print_line(signal)
                else:
                    _show(terminal, signal)
            asked["since"] = BEHIND
            pause(PAUSE)
    except KeyboardInterrupt:
        return


def _new(api: AdminApi, query: Mapping[str, str], told: dict[str, int]) -> Iterator[dict[str, Any]]:
    """The oldest first."""
    for signal in reversed(list(every(api, "/signals", None, query))):
        if told.get(signal["id"], -1) < signal["score"]:
            told[signal["id"]] = signal["score"]
            yield signal


def _show(terminal: Terminal, signal: Mapping[str, Any]) -> None:
    rings = " (people were told)" if signal["score"] >= _RINGS_AT else ""
    style = _STYLES.get(str(signal["severity"]), "") if rings else ""
    whose = f"{signal['what']} {signal['value']}" + (f" of {signal['tenant']}" if signal.get("tenant") else "")
    terminal.say(printable(f"{signal['at']}  {signal['name']} {signal['score']}{rings}"), style)
    terminal.say(printable(f"  {signal['title']}: {whose}"))
    seen = ", ".join(f"{key.replace('_', ' ')}: {_plain(one)}" for key, one in signal.get("evidence", {}).items())
    terminal.say(printable(f"  {seen}"))
    if signal.get("raises_risk"):
        terminal.say("  its risk score was raised")
    if ids := signal.get("correlation_ids"):
        terminal.say(printable(f"  fedbridge audit search --correlation-id {ids[-1]}"))


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
