"""`fedbridge stats`: the numbers of the dashboard, as lines that runbooks tell apart."""

import math
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from federation.cli.console import printable
from federation.cli.session import AdminSession, admin_command

EXAMPLE = "Example: fedbridge stats alarms"


class Section(StrEnum):
    """A part of the numbers."""

    ALARMS = "alarms"
    EXCHANGES = "exchanges"
    REFUSALS = "refusals"
    LATENCY = "latency"
    AWS = "aws"
    FUNCTIONS = "functions"
    KEYS = "keys"
    ISSUERS = "issuers"
    ARCHIVE = "archive"
    WAITING = "waiting"
    COST = "cost"


@admin_command
def stats(
    session: AdminSession,
    section: Annotated[Section | None, typer.Argument(help="That part alone.")] = None,
    *,
    window: Annotated[str, typer.Option(metavar="DURATION", help="How far back: 1m to 14d.")] = "3h",
) -> None:
    """Show what is exchanged, refused, slow, stale or ringing, and what the day costs. Exits 0 whatever the numbers."""
    told = session.connect().get("/stats", {"window": window}).members
    session.terminal.answer(told)
    if session.terminal.as_json:
        return
    for one in Section if section is None else (section,):
        if section is None:
            session.terminal.say(f"{one}:", "bold")
        for line in _lines(one, told):
            session.terminal.say(printable(line if section else f"  {line}"))


def _lines(section: Section, told: Mapping[str, Any]) -> Iterator[str]:
    member = _OF_THE_BRIDGE.get(section)
    return iter(["for global admins"]) if member and told[member] is None else _LINES[section](told)


def _alarms(told: Mapping[str, Any]) -> Iterator[str]:
    ringing = [one for one in told["alarms"] if one["rings"]]
    for one in ringing:
        yield f"RINGS {one['name']}: {one['meaning']}: {one['runbook']}"
    if not ringing:
        yield "no alarm rings"


def _exchanges(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{_sum(told['exchanges']['total'])} issued"
    yield from _by_issuer(told["exchanges"]["by_issuer"], "issued")


def _refusals(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{_sum(told['refusals']['total'])} refused"
    for one in told["refusals"]["by_reason"] or ():
        yield f"{_sum(one['values'])} refused as {one['reason']}"
    yield from _by_issuer(told["refusals"]["by_issuer"], "refused")


def _by_issuer(series: list[Mapping[str, Any]], what: str) -> Iterator[str]:
    for one in series:
        of = f", tenant {one['tenant']}" if one["tenant"] else ""
        yield f"{_sum(one['values'])} {what} of issuer {one['issuer']}{of}"


def _latency(told: Mapping[str, Any]) -> Iterator[str]:
    for one in told["latency"]:
        p50, p99 = (max((value for value in one[name] if value is not None), default=None) for name in ("p50", "p99"))
        yield f"{one['step']}: " + ("not measured" if p99 is None else f"p50 {p50:.1f} ms, p99 {p99:.1f} ms at most")


def _aws(told: Mapping[str, Any]) -> Iterator[str]:
    for one in told["aws"]:
        yield f"{one['service']}: {_sum(one['throttled'])} throttled, {_sum(one['failed'])} failed"
    if not told["aws"]:
        yield "every attempt was answered"


def _functions(told: Mapping[str, Any]) -> Iterator[str]:
    for one in told["functions"]:
        yield f"{one['name']}: {one['invocations']:.0f} invocations, {one['errors']:.0f} errors"
        if one["throttles"]:
            yield f"{one['name']}: throttled {one['throttles']:.0f} times"


def _keys(told: Mapping[str, Any]) -> Iterator[str]:
    for one in told["keys"]:
        signs = "" if one["signs_for"] is None else f", signs for {one['signs_for'] / 86400:.1f} days"
        yield f"{one['state']} {one['kid']}{signs}, {one['becomes']} at {one['moves_at'] or 'a time that is not known'}"


def _issuers(told: Mapping[str, Any]) -> Iterator[str]:
    for one in told["stale_issuers"]:
        yield f"stale keys: {one}"
    if not told["stale_issuers"]:
        yield "no issuer's keys are stale"


def _archive(told: Mapping[str, Any]) -> Iterator[str]:
    lag = [value for value in told["archive_lag"] if value is not None]
    yield f"archived, {max(lag):.0f} s behind at most" if lag else "nothing was archived"
    for one in told["queues"]:
        age = max((value for value in one["age"] if value is not None), default=0)
        yield f"queue {one['name']}: oldest message {age:.0f} s" if age else f"queue {one['name']}: empty"


def _waiting(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"{told['waiting']['confirmations']} documents wait for a second admin"
    yield f"{told['waiting']['approvals']} requests wait for an approval"


def _cost(told: Mapping[str, Any]) -> Iterator[str]:
    yield f"${told['cost']['dollars']:.6f} since midnight UTC"
    for one in told["cost"]["tenants"]:
        yield f"${one['dollars']:.6f} {'tenant ' + one['tenant'] if one['tenant'] else 'without a tenant'}"


_OF_THE_BRIDGE: Mapping[Section, str] = {
    **{one: one.value for one in (Section.ALARMS, Section.LATENCY, Section.AWS, Section.FUNCTIONS)},
    Section.ARCHIVE: "archive_lag",
}
"""Sections of which a tenant's admin is told nothing, with the member that is null then."""
_LINES: Mapping[Section, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    Section.ALARMS: _alarms,
    Section.EXCHANGES: _exchanges,
    Section.REFUSALS: _refusals,
    Section.LATENCY: _latency,
    Section.AWS: _aws,
    Section.FUNCTIONS: _functions,
    Section.KEYS: _keys,
    Section.ISSUERS: _issuers,
    Section.ARCHIVE: _archive,
    Section.WAITING: _waiting,
    Section.COST: _cost,
}


def _sum(values: list[float]) -> int:
    return math.floor(sum(values))
