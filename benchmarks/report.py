"""What one run measured, as rows beside what they may be; on the terminal, in docs/performance.md, and as a picture."""

import os
import platform
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

import cryptography
from msgspec import Struct
from rich.table import Table

from benchmarks.calls import Measured

DOCS = Path(__file__).parent.parent / "docs"
PAGE, PICTURE = DOCS / "performance.md", DOCS / "performance.svg"
BEGIN, END = "<!-- make bench: begin -->", "<!-- make bench: end -->"
TITLE = "# Performance\n\nEach ratio is the median of rounds in which both sides take turns in one run.\n"


class Row(Struct, frozen=True):
    """`value`: a ratio, or an amount in `unit`. `best`: whether more is better."""

    what: str
    over: str
    value: float
    must: float | None = None
    unit: str = ""
    best: str = "low"

    @property
    def holds(self) -> bool | None:
        """None: there is nothing that it must be."""
        if self.must is None:
            return None
        return self.value >= self.must if self.best == "high" else self.value <= self.must

    @property
    def shown(self) -> str:
        """For people."""
        digits = 0 if self.value >= 100 else 1 if self.value >= 10 else 2  # noqa: PLR2004
        return f"{self.value:.{digits}f}{self.unit}"


def terminal(rows: Sequence[Row]) -> Table:
    """For rich."""
    table = Table(title="Ratios of one run, medians", title_justify="left")
    for heading in ("what", "over", "measured", "must", ""):
        table.add_column(heading)
    for row in rows:
        table.add_row(row.what, row.over, row.shown, _must(row), _verdict(row))
    return table


def write(rows: Sequence[Row], counted: Sequence[Measured]) -> None:
    """Into the page's own block, which everything else there is left beside; and the picture."""
    page = PAGE.read_text("utf-8") if PAGE.exists() else TITLE
    PAGE.write_text(merged(page, _block(rows, counted)), encoding="utf-8")
    PICTURE.write_text(picture(rows), encoding="utf-8")


def merged(page: str, lines: Iterable[str]) -> str:
    """The page with these lines in our block; where there is none yet, at its end."""
    block = "\n".join([BEGIN, *lines, END])
    if BEGIN not in page:
        return f"{page}\n{block}\n"
    before, _, rest = page.partition(BEGIN)
    return before + block + rest.partition(END)[2]


def _block(rows: Sequence[Row], counted: Sequence[Measured]) -> Iterator[str]:
    yield from (
        "## An exchange, as `make bench` measured it",
        "",
        machine(),
        "",
        "![Measured over must](performance.svg)",
    )
    yield from ("", "| what | over | measured | must | |", "|---|---|---|---|---|")
    for row in rows:
        yield f"| {row.what} | {row.over} | {row.shown} | {_must(row)} | {_verdict(row)} |"
    yield from (
        "",
        "### Calls of AWS",
        "",
        "| request | status | calls | in sequence | which |",
        "|---|---|---|---|---|",
    )
    for one in counted:
        yield f"| {one.what} | {one.status} | {one.calls.total()} | {one.in_sequence} | {named(one)} |"


def named(one: Measured) -> str:
    """The operations."""
    return ", ".join(f"{name} x{count}" if count > 1 else name for name, count in sorted(one.calls.items()))


def machine() -> str:
    """What was measured on, and how busy it was."""
    busy = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    parts = (f"Python {platform.python_version()}", f"cryptography {cryptography.__version__}", _node())
    return f"On {_processor()}, {busy}; {', '.join(part for part in parts if part)}."


def _processor() -> str:
    found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text("utf-8"))
    return found[1] if found else platform.machine()


def _node() -> str:
    try:
        done = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True)  # noqa: S607
    except (OSError, subprocess.CalledProcessError):
        return ""
    return f"Node {done.stdout.strip()}"


def _must(row: Row) -> str:
    if row.must is None:
        return ""
    return f"{'at least' if row.best == 'high' else 'at most'} {row.must:g}{row.unit}"


def _verdict(row: Row) -> str:
    return {None: "", True: "holds", False: "**does not hold**"}[row.holds]


_WIDTH, _LINE, _TEXT, _BAR = 860, 26, 430, 360
_FULL = 2.0
"""How many times its must fills the bar."""


def picture(rows: Sequence[Row]) -> str:
    """A bar a row: how much of its must it takes; the line is the must. Light and dark pages show it alike."""
    bars = [row for row in rows if row.must is not None]
    height = _LINE * len(bars) + 30
    body = "".join(_bar(row, 24 + at * _LINE) for at, row in enumerate(bars))
    must = _TEXT + _BAR / _FULL
    line = f'<line x1="{must}" x2="{must}" y1="14" y2="{height}" stroke="#888" stroke-dasharray="3"/>'
    legend = f'<text x="{must}" y="10" text-anchor="middle">must</text>'
    style = "text{font:12px sans-serif;fill:#777}"
    size = f'viewBox="0 0 {_WIDTH} {height}" width="{_WIDTH}" height="{height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><style>{style}</style>{body}{line}{legend}</svg>\n'


def _bar(row: Row, top: int) -> str:
    must: Any = row.must
    share = must / row.value if row.best == "high" else row.value / must
    color = "#3a8f5c" if row.holds else "#c2573c"
    width = _BAR * min(share, _FULL) / _FULL
    name = escape(f"{row.what} / {row.over}" if row.over else row.what)
    label = f'<text x="{_TEXT - 8}" y="{top + 12}" text-anchor="end">{name}</text>'
    number = f'<text x="{_TEXT + width + 6}" y="{top + 12}">{escape(row.shown)}</text>'
    return f'{label}<rect x="{_TEXT}" y="{top}" width="{width:.1f}" height="16" rx="3" fill="{color}"/>{number}'
