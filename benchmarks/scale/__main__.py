"""`make scale`: fails if what is done to one mapping costs more because there are a million others."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from benchmarks.scale import load, measures
from benchmarks.scale.report import Report
from benchmarks.scale.world import ScaleWorld, scale_world
from tests.support.ministack import ministack

MAPPINGS = 1_000_000
FEW, SMALL = 10, 1_000
PLANNED = 10_000


def main() -> int:
    """Load, measure, load more, measure again, print."""
    options, console = _options(), Console()
    with _endpoint(options) as endpoint, scale_world(endpoint) as world:
        report = Report(loaded=options.endpoint is not None)
        for size in _sizes(options):
            if not report.loaded:
                _load(console, world, report.sizes, size)
            with console.status(f"measuring with {size:,} mappings ..."):
                _measure(world, report, size)
        with _bar(console) as bar:
            task = bar.add_task("reading all of them", total=options.mappings)
            report.export = measures.export(world, lambda count: bar.advance(task, count))
        with console.status(f"planning {options.planned:,} documents ..."):
            report.plan = measures.plan(world, options.planned, options.mappings)
    report.print(console)
    return 1 if report.failures else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=__doc__)
    parser.add_argument("--mappings", type=int, default=MAPPINGS, help=f"how many ({MAPPINGS:,})")
    parser.add_argument("--planned", type=int, default=PLANNED, help=f"documents of the plan ({PLANNED:,})")
    parser.add_argument("--endpoint", metavar="URL", help="of a DynamoDB that holds so many mappings already")
    return parser.parse_args()


@contextmanager
def _endpoint(options: argparse.Namespace) -> Iterator[str]:
    if options.endpoint:
        yield options.endpoint
        return
    with ministack() as endpoint:
        yield endpoint


def _sizes(options: argparse.Namespace) -> list[int]:
    """How many mappings there are when it is measured."""
    if options.endpoint:
        return [options.mappings]
    return sorted({FEW, min(SMALL, options.mappings), options.mappings})


def _load(console: Console, world: ScaleWorld, before: list[int], size: int) -> None:
    if not before:
        load.prove(world.dynamodb, world.table, world.settings.audit_table, 0)
        console.print("what is loaded is, item by item, what the writer writes")
    numbers = range(before[-1] if before else 1, size)
    with _bar(console) as bar:
        task = bar.add_task(f"loading {len(numbers):,} mappings", total=len(numbers))
        for count in load.load(world.dynamodb, world.endpoint, world.table, numbers):
            bar.advance(task, count)


def _measure(world: ScaleWorld, report: Report, size: int) -> None:
    report.sizes.append(size)
    for measured in measures.single(world, size):
        report.add(measured, size)
    if size >= SMALL:
        report.add(measures.first_page(world), size)
    report.far_page = measures.far_page(world)


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console)


if __name__ == "__main__":
    sys.exit(main())
