"""`make bench`: what an exchange costs, beside what it may cost. Writes docs/performance.md; judges nothing."""

import os
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from benchmarks import browser, callers, calls, chains, cold, cpu, report, services, throughput
from benchmarks.report import Row
from benchmarks.world import AwsProcess, World, aws_process, world

SUBJECTS = int(os.environ.get("SUBJECTS", "2000"))
"""Identities after which memory is looked at again."""
_T = TypeVar("_T")


def main() -> None:
    """Measure, print and write."""
    console = Console()
    with aws_process() as aws, world(aws) as bridge:
        counted = _timed(console, "counting calls", lambda: list(calls.measure(bridge)))
        rows = [*_warm(console, aws, bridge), *_peers(console, aws), *_cold(console, aws), *_grown(console, bridge)]
    console.print(_calls_table(counted))
    console.print(report.terminal(rows))
    report.write(rows, counted)
    console.print(f"written: {report.PAGE}")
    console.print(services.table(_timed(console, "verifying as services do", services.measure)))
    console.print(callers.table(_timed(console, "asking as callers do", callers.measure)))
    console.print(browser.table(_timed(console, "looking as admins do", browser.measure)))


def _timed(console: Console, what: str, work: Callable[[], _T]) -> _T:
    started = time.monotonic()
    with console.status(f"{what} ..."):
        done = work()
    console.print(f"{what}: {time.monotonic() - started:.0f} s", style="dim")
    return done


def _warm(console: Console, aws: AwsProcess, bridge: World) -> Iterator[Row]:
    cost = _timed(console, "warm exchanges", lambda: cpu.measure(bridge))
    floor = f"RS256 verify + ES256 sign ({cost.floor:.0f} us)"
    yield Row("warm exchange, whole handler", floor, cost.over_floor, 28)
    yield Row("the same in the best tenth of rounds", floor, cost.undisturbed, 28)
    yield Row("CPU of PutItem + BatchGetItem + Sign", "botocore", cpu.client_ratio(aws), 0.2)
    yield Row("verify + claims", f"raw RS256 verify ({cost.rsa_verify:.0f} us)", cost.over_verify, 2.5)


_MUST = {throughput.OIDC: 0.22, throughput.SDK: 0.8}


def _peers(console: Console, aws: AwsProcess) -> Iterator[Row]:
    for row in _timed(console, "loads beside peers", lambda: throughput.measure(aws)):
        for name, ratio in row.ratios.items():
            what = f"req/s of a core, {row.connections} connections"
            yield Row(what, name, ratio, _MUST.get(name), best="high")


def _cold(console: Console, aws: AwsProcess) -> Iterator[Row]:
    start = _timed(console, "cold starts", lambda: cold.measure(aws))
    clients = f"import boto3 + two clients ({start.clients:.2f} s), Python {start.python}"
    yield Row("cold start to the first exchange", clients, start.ratio, 0.75)
    yield Row("peak memory of the token function", "", start.peak, 60, " MiB")
    yield Row("zipped token function", "", start.zipped / 1e6, 12, " MB")


def _grown(console: Console, bridge: World) -> Iterator[Row]:
    for depth, ratio in _timed(console, "chains", lambda: chains.depths(bridge)).items():
        yield Row(f"exchange with a chain of {depth}", "without an actor", ratio)
    added = _timed(console, "distinct subjects", lambda: chains.memory(bridge, SUBJECTS))
    yield Row(f"memory after {SUBJECTS:,} more distinct subjects", "", added, 5, " MiB")


def _calls_table(rows: list[calls.Measured]) -> Table:
    table = Table(title="AWS calls", title_justify="left")
    for heading in ("request", "status", "calls", "in sequence", "which"):
        table.add_column(heading)
    for row in rows:
        table.add_row(row.what, str(row.status), str(row.calls.total()), str(row.in_sequence), report.named(row))
    return table


if __name__ == "__main__":
    main()
