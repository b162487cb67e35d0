"""What was measured, beside what it may be."""

from collections.abc import Iterator

from msgspec import Struct, field
from rich.console import Console
from rich.table import Table

from benchmarks.scale.measures import Export, Measured

GROWTH = 1.1
PLAN_SECONDS = 30.0
EXPORT_BYTES = 32 * 2**20
"""What reading everything may add to this process, however much there is."""


class Report(Struct):
    """Of all sizes."""

    loaded: bool
    """Whether the tables were loaded before, so that there is nothing smaller to compare with."""
    sizes: list[int] = field(default_factory=list)
    rows: dict[str, dict[int, Measured]] = field(default_factory=dict)
    """What -> size -> measured."""
    far_page: Measured | None = None
    export: Export | None = None
    plan: Measured | None = None

    def add(self, measured: Measured, size: int) -> None:
        """Measured with so many mappings."""
        self.rows.setdefault(measured.what, {})[size] = measured

    @property
    def failures(self) -> list[str]:
        """What is beyond what it may be."""
        return list(self._failures())

    def print(self, console: Console) -> None:
        """Tables, and what failed."""
        console.print(self._table())
        if self.far_page:
            console.print(f"{self.far_page.what}: {_shown(self.far_page)}, {self.far_page.cost.text}")
        if self.export:
            read = f"{self.export.mappings:,} mappings in {self.export.seconds:.0f} s"
            console.print(f"reading all, page by page: {read}, memory {self.export.growth / 2**20:+.1f} MiB")
        if self.plan:
            must = f"must be under {PLAN_SECONDS:.0f} s"
            console.print(f"{self.plan.what}: {self.plan.seconds:.1f} s ({must}), {self.plan.cost.text}")
        for failure in self.failures:
            console.print(failure, style="red")

    def _table(self) -> Table:
        table = Table(title="calls / capacity units / items read", title_justify="left")
        for heading in ("with as many mappings", *(f"{size:,}" for size in self.sizes), "growth", "which calls"):
            table.add_column(heading)
        for what, by_size in self.rows.items():
            cells = [_shown(by_size[size]) if size in by_size else "" for size in self.sizes]
            last = list(by_size.values())[-1]
            table.add_row(what, *cells, f"{growth(by_size):.2f}", last.cost.text)
        return table

    def _failures(self) -> Iterator[str]:
        for what, by_size in self.rows.items():
            if growth(by_size) > GROWTH:
                yield f"{what} grows by {growth(by_size):.2f}"
        first = self.rows.get("list: first page", {})
        if self.far_page and ratio(self.far_page, list(first.values())[-1]) > GROWTH:
            yield f"{self.far_page.what} costs more than the first"
        if self.export and self.export.growth > EXPORT_BYTES:
            yield "reading everything keeps some of it"
        if self.plan and self.plan.seconds > PLAN_SECONDS:
            yield f"{self.plan.what} takes {self.plan.seconds:.0f} s"


def growth(by_size: dict[int, Measured]) -> float:
    """From the smallest size to the largest."""
    ordered = [by_size[size] for size in sorted(by_size)]
    return ratio(ordered[-1], ordered[0])


def ratio(one: Measured, other: Measured) -> float:
    """The worst of calls, units and items."""
    pairs = (
        (one.cost.calls.total(), other.cost.calls.total()),
        (one.cost.units, other.cost.units),
        (one.cost.items, other.cost.items),
    )
    return max(mine / theirs for mine, theirs in pairs if theirs)


def _shown(measured: Measured) -> str:
    cost = measured.cost
    return f"{cost.calls.total()} / {cost.units:g} / {cost.items}"
