"""Overview: what is exchanged and refused, what waits for a person, which keys move when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from markupsafe import Markup
from msgspec import Struct
from starlette.responses import Response

from federation.console.page import Live, Login, Page, View, Visit
from federation.console.trouble import Unclear
from federation.pictures.plot import Axis, Line, key, plot, stacked

WINDOWS: Final[Mapping[str, str]] = {
    "1h": "1 hour",
    "3h": "3 hours",
    "24h": "24 hours",
    "7d": "7 days",
    "14d": "14 days",
}
"""As the API takes them -> in words."""
USUAL: Final = "3h"
SHOWN: Final = "8"
"""Signals, the newest."""
EVERY: Final = 30.0
"""Seconds between two looks: the numbers are counted by the minute."""


def view() -> View:
    """The tab."""
    return View(
        "Overview",
        "/overview",
        "o",
        (Page("GET", "/overview", _show, Login.SESSION),),
        (Live("/overview-live", _now, Login.SESSION, EVERY),),
        summary="how much is exchanged and refused, and what needs a look",
    )


class Drawn(Struct, frozen=True):
    """A plot with its legend and its numbers."""

    title: str
    id: str
    lines: Sequence[Line]
    axis: Axis

    @property
    def picture(self) -> Markup:
        """SVG."""
        return Markup(plot(self.title, self.lines, self.axis, id_=self.id))  # noqa: S704 (it escapes what it draws)

    @property
    def legend(self) -> list[tuple[Markup, str, float]]:
        """Sign, name and total of each series."""
        signs = (Markup(key(number, self.id)) for number in range(len(self.lines)))  # noqa: S704 (the same)
        return [(sign, line.name, line.total) for sign, line in zip(signs, self.lines, strict=True)]


def _show(visit: Visit) -> Response:
    return visit.page("overview.html", windows=WINDOWS, **_found(visit))


def _now(visit: Visit) -> str:
    return visit.rendering.render("overview_now.html", {"visit": visit, "windows": WINDOWS, **_found(visit)})


def _found(visit: Visit) -> dict[str, Any]:
    window = visit.asked("window") or USUAL
    if window not in WINDOWS:
        raise Unclear("There is no such window of time")
    stats = visit.api.get("/stats", {"window": window}).members
    signals = visit.api.get("/signals", {"since": window, "limit": SHOWN}).members["items"]
    return {"window": window, "stats": stats, "signals": signals, "plots": _plots(stats), "sums": _sums(stats)}


def _plots(stats: Mapping[str, Any]) -> list[Drawn]:
    axis = Axis(int(datetime.fromisoformat(stats["since"]).timestamp()), stats["bucket"])
    issued, refused = stats["exchanges"]["by_issuer"], stats["refusals"]["by_issuer"]
    found = [Drawn("Tokens issued, by issuer", "issued", stacked(_by(issued, "issuer")), axis)]
    if stats["refusals"]["by_reason"] is not None:
        reasons = stacked(_by(stats["refusals"]["by_reason"], "reason"))
        found.append(Drawn("Refused, by reason", "reasons", reasons, axis))
    return [*found, Drawn("Refused, by issuer", "refused", stacked(_by(refused, "issuer")), axis)]


def _by(told: Sequence[Mapping[str, Any]], name: str) -> list[Line]:
    return [Line(str(one[name]), one["values"]) for one in told]


def _sums(stats: Mapping[str, Any]) -> dict[str, float]:
    return {name: sum(stats[name]["total"]) for name in ("exchanges", "refusals")}
