"""`fedbridge audit export`: the trail as files that others read, a day each."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer
from msgspec import Struct

from federation.cli.audit_files import DayFile, opened, place_of
from federation.cli.console import Counter, Progress, printable
from federation.cli.failure import USAGE, Failed
from federation.cli.session import AdminSession, admin_command, every
from federation.insight.moments import since as moment

EXAMPLE = "Example: fedbridge audit export --ocsf siem --parquet lake --since 30d"
DAY = 24 * 60 * 60
SETTLED = 60 * 60
"""Seconds after its end from which a day changes no more: a token's record may change while it lives."""

Ocsf = Annotated[
    Path | None, typer.Option("--ocsf", metavar="DIR", file_okay=False, help="As OCSF events, in day=.../events.jsonl.")
]
Parquet = Annotated[
    Path | None,
    typer.Option("--parquet", metavar="DIR", file_okay=False, help="As Parquet, in day=.../records.parquet."),
]
Since = Annotated[str, typer.Option(metavar="TIME", help="From the beginning of that day (UTC): 7d, 2026-11-30.")]
Until = Annotated[str | None, typer.Option(metavar="TIME", help="To the end of that day; default: now.")]
Log = Annotated[
    list[Path] | None,
    typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The functions' log, for refusals; repeatable."),
]


class Day(Struct, frozen=True):
    """Seconds since the epoch, both included."""

    name: str
    begins: int
    ends: int
    is_settled: bool


@admin_command
def export(
    session: AdminSession,
    *,
    ocsf: Ocsf = None,
    parquet: Parquet = None,
    since: Since = "7d",
    until: Until = None,
    log: Log = None,
) -> None:
    """Write the trail as files, one for each day: what was issued, changed, approved, revoked; with --log refused too.

    Run it again to go on: a day that is over and has its file is not asked for again, unless --log has refusals of it.
    No file is ever half written.

    Exits 0 if all is there, 1 if not, 2 if it is not clear where to.
    """
    folders = {form: folder for form, folder in (("ocsf", ocsf), ("parquet", parquet)) if folder}
    if not folders:
        raise Failed("where is it to be written?", "--ocsf DIR, --parquet DIR, or both", code=USAGE)
    refusals = [refusal for file in log or () for refusal in refusals_in(file)]
    now = time.time()
    span = days(_moment(since, now), _moment(until, now) if until else int(now), int(now))
    with Progress(session.terminal).counting("records") as counter:
        exported = Exported(session, folders, refusals, counter)
        written = [exported.day(day) for day in span]
    _tell(session, written)


def days(since: int, until: int, now: int) -> Iterator[Day]:
    """Those that the span touches, each whole."""
    for begins in range(since // DAY * DAY, min(until, now) + 1, DAY):
        ends = begins + DAY - 1
        yield Day(datetime.fromtimestamp(begins, UTC).date().isoformat(), begins, ends, ends + SETTLED < now)


class Exported(Struct, frozen=True):
    """Writes days."""

    session: AdminSession
    folders: Mapping[str, Path]
    """By form."""
    refusals: Sequence[Mapping[str, Any]]
    counter: Counter

    def day(self, day: Day) -> dict[str, Any]:
        """What the summary says of it."""
        refusals = [one for one in self.refusals if str(one["time"]).startswith(day.name)]
        places = {form: place_of(form, folder, day.name) for form, folder in self.folders.items()}
        missing = {form: place for form, place in places.items() if refusals or not (day.is_settled and place.exists())}
        count = self._write([opened(form, place) for form, place in missing.items()], day, refusals)
        return {
            "day": day.name,
            "records": count,
            "written": [str(place) for place in missing.values()],
            "kept": [str(place) for form, place in places.items() if form not in missing],
        }

    def _write(self, files: Sequence[DayFile], day: Day, refusals: Sequence[Mapping[str, Any]]) -> int | None:
        """How many records; None: there is no file to write."""
        if not files:
            return None
        count = 0
        for count, record in enumerate(chain(self._recorded(day), refusals), 1):  # noqa: B007 (it is answered)
            for file in files:
                file.add(record)
            self.counter.one_more()
        for file in files:
            file.finish()
        return count

    def _recorded(self, day: Day) -> Iterator[Mapping[str, Any]]:
        query = {"since": _rfc3339(day.begins), "until": _rfc3339(day.ends)}
        return every(self.session.connect(), "/audit", None, query)


def refusals_in(file: Path) -> Iterator[Mapping[str, Any]]:
    """What the functions logged under `refusal`, whatever else the file holds; raises OSError."""
    with file.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if '"refusal"' not in line:
                continue
            try:
                members = json.loads(line[line.find("{") :])
            except (RecursionError, ValueError):
                continue
            refusal = members.get("refusal") if isinstance(members, dict) else None
            if isinstance(refusal, dict) and isinstance(refusal.get("time"), str):
                yield refusal


def _moment(text: str, now: float) -> int:
    try:
        return moment(text, now)
    except (IndexError, OverflowError, ValueError):
        raise Failed(
            f"{printable(text)} is no time", "as 7d, 24h, 2026-11-30 or 2026-11-30T08:00:00Z", code=USAGE
        ) from None


def _rfc3339(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _tell(session: AdminSession, written: Sequence[Mapping[str, Any]]) -> None:
    session.terminal.answer({"days": list(written)})
    for day in written:
        if not day["written"]:
            session.terminal.note(f"{day['day']}: there already")
        for place in day["written"]:
            session.terminal.say(f"{day['day']}: {day['records']} records in {printable(place)}", "green")
