"""What came of it, as a table."""

from benchmarks.load.drive import Load, Seen
from benchmarks.load.traffic import BAD, GOOD, JUNK, NOISY
from benchmarks.trust import NOISY_RATE

KINDS = (GOOD, BAD, JUNK, NOISY)


def table(alone: Seen, beside: Seen, load: Load) -> str:
    """Markdown."""
    rows = [
        f"{load.connections} connections, {load.rate:.0f} requests a second.",
        f"{_seconds(alone):.0f} s of good callers alone, {_seconds(beside):.0f} s of all.",
        "",
        "| | good callers alone | beside junk and the noisy client |",
        "|---|---|---|",
        _row("requests a second", *(f"{len(seen.latencies) / _seconds(seen):.0f}" for seen in (alone, beside))),
        _row("good: median", *(f"{seen.quantile(0.5) * 1000:.0f} ms" for seen in (alone, beside))),
        _row("good: p99", *(f"{seen.quantile(0.99) * 1000:.0f} ms" for seen in (alone, beside))),
        *(
            _row(f"{kind}: answers", _statuses(alone, kind), _statuses(beside, kind))
            for kind in (GOOD, BAD, JUNK, NOISY)
        ),
        _row("answers that were wrong", _wrong(alone), _wrong(beside)),
        _row("memory of the functions", _memory(alone), _memory(beside)),
        _row("noisy client's tokens a second once limited", "", f"{_limited(beside):.1f} of {NOISY_RATE}"),
    ]
    return "\n".join(rows)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _seconds(seen: Seen) -> float:
    return max((at for at, _, _ in seen.latencies), default=1.0)


def _statuses(seen: Seen, kind: str) -> str:
    counted = sorted((status, number) for (of, status), number in seen.statuses.items() if of == kind)
    return ", ".join(f"{status}: {number:,}" for status, number in counted)


def _wrong(seen: Seen) -> str:
    return ", ".join(f"{kind} {status}: {number}" for (kind, status), number in sorted(seen.wrong.items())) or "0"


def _memory(seen: Seen) -> str:
    sizes = [size for _, size in seen.memory] or [0.0]
    return f"{sizes[0]:.0f} to {sizes[-1]:.0f} MiB"


def _limited(seen: Seen) -> float:
    """In the last third, which begins well after the edit."""
    end = _seconds(seen)
    granted = [at for at, kind, status in seen.issued if kind == NOISY and status and at > end * 2 / 3]
    return len(granted) / (end / 3)
