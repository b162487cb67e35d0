"""Two plots as SVG: latencies of good callers, and the memory of the functions' process."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.load.drive import Seen
from benchmarks.load.traffic import GOOD

WIDTH, HEIGHT, LEFT, BOTTOM = 720, 240, 60, 30
Points = Sequence[tuple[float, float]]
COLOURS = ("#1f77b4", "#d62728")


def plot(alone: Seen, beside: Seen, folder: Path) -> None:
    """load-latency.svg and load-memory.svg."""
    shift = max((at for at, _, _ in alone.latencies), default=0.0)
    phases = ((alone, 0.0), (beside, shift))
    median, slow = (
        [(at + after, value) for seen, after in phases for at, value in _by_second(seen, share)]
        for share in (0.5, 0.99)
    )
    memory = [*alone.memory, *((at + shift, size) for at, size in beside.memory)]
    latency = svg("milliseconds until a good caller's answer: median, p99", {"median": median, "p99": slow}, shift)
    (folder / "load-latency.svg").write_text(latency, encoding="utf-8")
    (folder / "load-memory.svg").write_text(svg("MiB of the functions' process", {"": memory}, shift), encoding="utf-8")


def _by_second(seen: Seen, share: float) -> Points:
    seconds: dict[int, list[float]] = {}
    for at, kind, took in seen.latencies:
        if kind == GOOD:
            seconds.setdefault(int(at), []).append(took * 1000)
    return [(float(at), sorted(took)[int(share * (len(took) - 1))]) for at, took in sorted(seconds.items())]


def svg(title: str, lines: dict[str, Points], junk_from: float) -> str:
    """`junk_from`: where the line between the phases stands, in seconds."""
    every = [point for points in lines.values() for point in points] or [(1.0, 1.0)]
    longest, highest = max(at for at, _ in every) or 1.0, max(value for _, value in every) * 1.1 or 1.0

    def place(at: float, value: float) -> str:
        return f"{LEFT + at / longest * (WIDTH - LEFT):.1f},{(HEIGHT - BOTTOM) * (1 - value / highest):.1f}"

    drawn = [
        f'<polyline fill="none" stroke="{colour}" points="{" ".join(place(*point) for point in points)}"/>'
        for colour, points in zip(COLOURS, lines.values(), strict=False)
    ]
    x = LEFT + junk_from / longest * (WIDTH - LEFT)
    marks = [
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{HEIGHT - BOTTOM}" stroke="#999" stroke-dasharray="4"/>',
        f'<text x="{x + 4:.1f}" y="12">junk begins</text>',
        f'<text x="0" y="12">{highest:.0f}</text><text x="0" y="{HEIGHT - BOTTOM}">0</text>',
        f'<text x="{LEFT}" y="{HEIGHT - 8}">{title}; {longest:.0f} seconds</text>',
    ]
    body = "\n".join([*drawn, *marks])
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    return f"{head}\n{body}\n</svg>\n"
