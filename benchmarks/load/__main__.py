"""`make load`: prints a table, writes plots. `python -m benchmarks.load --seconds 600 --plots docs/plots`."""

import argparse
import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from benchmarks.load.drive import Load, Seen, drive
from benchmarks.load.plots import plot
from benchmarks.load.report import table
from benchmarks.load.traffic import Traffic
from benchmarks.world import ROOT, AwsProcess, aws_process
from federation.local.bridge import PLENTY, RATES

JUNK = 20
"""Of a hundred requests; ten more are the noisy client's."""
WARM = 3.0
"""Seconds that are not counted."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", epilog="make load LOAD_SECONDS=60")
    parser.add_argument("--seconds", type=float, default=600, help="a third of them without junk")
    parser.add_argument("--connections", type=int, default=200)
    parser.add_argument("--rate", type=float, default=100, help="requests a second over all connections")
    parser.add_argument("--plots", type=Path, help="folder for load-latency.svg and load-memory.svg")
    asked = parser.parse_args()
    load = Load(asked.connections, asked.rate)
    os.environ["FAITHFUL"] = "1"
    with aws_process() as aws, _server(aws) as (url, process):
        alone, beside = asyncio.run(_phases(aws, url, process, load, asked.seconds))
    print(table(alone, beside, load))  # noqa: T201
    if asked.plots:
        asked.plots.mkdir(parents=True, exist_ok=True)
        plot(alone, beside, asked.plots)


async def _phases(aws: AwsProcess, url: str, process: int, load: Load, seconds: float) -> tuple[Seen, Seen]:
    """Good callers alone; then all, while in the middle the noisy client is limited and the signing key is revoked."""
    await drive(url, Traffic(aws, 0), load, WARM, process)
    alone = await drive(url, Traffic(aws, 0), load, seconds / 3, process)
    changes = asyncio.create_task(_change(aws, seconds / 3))
    beside = await drive(url, Traffic(aws, JUNK), load, seconds * 2 / 3, process)
    await changes
    return alone, beside


async def _change(aws: AwsProcess, after: float) -> None:
    await asyncio.sleep(after)
    for path in ("/edit", "/revoke-key"):
        await asyncio.to_thread(_told, aws.endpoint + path)


def _told(url: str) -> None:
    with urlopen(url) as answer:  # noqa: S310 (our own process)
        answer.read()


@contextmanager
def _server(aws: AwsProcess) -> Iterator[tuple[str, int]]:
    settings = {**dict.fromkeys(RATES, PLENTY), "FEDERATION_LOG_STREAM": "stderr", "AWS_DEFAULT_REGION": "us-east-1"}
    environment = {**os.environ, **aws.environment, **settings}
    command = [sys.executable, "-m", "benchmarks.load.server"]
    with subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin  # noqa: S101
        assert server.stdout  # noqa: S101
        yield server.stdout.readline().strip(), server.pid
        server.stdin.close()


if __name__ == "__main__":
    main()
