"""Numbers over time as SVG: stacked columns, whose series differ by pattern and name, and never by colour alone."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from html import escape
from math import ceil, floor, log10
from typing import Final, NamedTuple

MOST: Final = 5
"""Series with a pattern of their own; what is beyond is told as one, `others`."""
_WIDTH, _HEIGHT = 640, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 8, 10, 26
_DAY: Final = 86_400
_TEXT = 'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11" fill="currentColor"'
_PATTERNS: Final = (
    "",
    '<path d="M0 8L8 0M-2 2L2 -2M6 10L10 6" stroke-width="2.5"/>',
    '<circle cx="4" cy="4" r="2"/>',
    '<path d="M4 0V8" stroke-width="3"/>',
    '<path d="M0 4H8M4 0V8" stroke-width="1.5"/>',
    '<path d="M0 0L8 8M6 -2L10 2M-2 6L2 10" stroke-width="1.2"/>',
)
"""One for each place in the stack: it is the same in the legend."""


class Line(NamedTuple):
    """What is counted, by its name."""

    name: str
    values: Sequence[float]
    """One for each bucket, the oldest first."""

    @property
    def total(self) -> float:
        """Over all buckets."""
        return sum(self.values)


class Axis(NamedTuple):
    """The time of a plot."""

    since: int
    """Seconds since the epoch, where the first bucket begins."""
    bucket: int
    """Seconds."""


def stacked(lines: Sequence[Line]) -> list[Line]:
    """The largest first, and the smallest together; those that are all zero are left out."""
    ordered = sorted((one for one in lines if one.total), key=lambda one: (-one.total, one.name))
    rest = ordered[MOST:]
    if not rest:
        return ordered
    return [*ordered[:MOST], Line("others", [sum(each) for each in zip(*(one.values for one in rest), strict=True)])]


def plot(title: str, lines: Sequence[Line], axis: Axis, *, id_: str) -> str:
    """The picture. `lines`: as `stacked` has them. `id_`: what its ids begin with, unique in the page.

    It has no style of its own: the page's stylesheet says what `.series-0` to `.series-5` look like.
    """
    return "\n".join(_parts(title, lines, axis, escape(id_)))


def key(number: int, id_: str) -> str:
    """The sign of a series, for a legend: of the picture with that id."""
    fill = f'<rect width="16" height="16" class="series-{number}" {_fill(number, escape(id_))}/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" aria-hidden="true">{fill}</svg>'


def _parts(title: str, lines: Sequence[Line], axis: Axis, id_: str) -> Iterator[str]:
    top = _nice(max((sum(each) for each in zip(*(one.values for one in lines), strict=True)), default=0))
    count = len(lines[0].values) if lines else 1
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'aria-labelledby="{id_}-title {id_}-desc"><title id="{id_}-title">{escape(title)}</title>'
        f'<desc id="{id_}-desc">{escape(_told(lines))}</desc><defs>'
    )
    yield from (_pattern(number, id_) for number in range(1, len(_PATTERNS)))
    yield "</defs>"
    yield from _grid(top)
    yield from _times(axis, count)
    below = [0.0] * count
    for number, line in enumerate(lines):
        yield _columns(number, line.values, below, top, id_)
        below = [one + other for one, other in zip(below, line.values, strict=True)]
    yield "</svg>"


def _told(lines: Sequence[Line]) -> str:
    return "; ".join(f"{one.name}: {one.total:g}" for one in lines) or "nothing"


def _pattern(number: int, id_: str) -> str:
    return (
        f'<pattern id="{id_}-{number}" width="8" height="8" patternUnits="userSpaceOnUse">'
        f'<g class="series-{number} pattern">{_PATTERNS[number]}</g></pattern>'
    )


def _fill(number: int, id_: str) -> str:
    return "" if number == 0 else f'fill="url(#{id_}-{number})"'


def _columns(number: int, values: Sequence[float], below: Sequence[float], top: float, id_: str) -> str:
    """One path: a rectangle for each bucket that has something."""
    width = (_WIDTH - _LEFT - _RIGHT) / len(values)
    inner, drawn = max(width - 1, width * 0.8), []
    for place, (value, base) in enumerate(zip(values, below, strict=True)):
        if value > 0:
            x, y, height = _LEFT + place * width, _y(base + value, top), _y(base, top) - _y(base + value, top)
            drawn.append(f"M{x:.1f} {y:.1f}h{inner:.1f}v{height:.1f}h-{inner:.1f}z")
    return f'<path class="series-{number}" {_fill(number, id_)} d="{"".join(drawn)}"/>'


def _y(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * value / top


def _grid(top: float) -> Iterator[str]:
    for part in (0, 0.5, 1):
        y = _y(top * part, top)
        yield f'<path class="grid" d="M{_LEFT} {y:.1f}H{_WIDTH - _RIGHT}" stroke="currentColor" fill="none"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" {_TEXT}>{_short(top * part)}</text>'


def _times(axis: Axis, count: int) -> Iterator[str]:
    """Six or so, in UTC: the page tells the reader's own."""
    every = max(1, ceil(count / 6))
    shape = "%d %b" if count * axis.bucket > 2 * _DAY else "%H:%M"
    for place in range(0, count, every):
        x = _LEFT + place * (_WIDTH - _LEFT - _RIGHT) / count
        when = datetime.fromtimestamp(axis.since + place * axis.bucket, UTC).strftime(shape)
        yield f'<text x="{x:.1f}" y="{_HEIGHT - 8}" {_TEXT}>{when}</text>'


def _nice(most: float) -> float:
    """The least of 1, 2, 5 times a power of ten, and at least 2, that is not below it."""
    if most <= 2:  # noqa: PLR2004 (so that the middle is a whole number)
        return 2
    power = 10.0 ** floor(log10(most))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= most)


def _short(value: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"
