"""Connections that ask one thing after the other, and what came of it, second by second."""

import asyncio
import os
import random
import time
from collections import Counter
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct, field

from benchmarks.load.traffic import GOOD, Call, Traffic


class Load(Struct, frozen=True):
    """How much: `rate` requests a second over all connections."""

    connections: int
    rate: float


class Seen(Struct):
    """Of one phase."""

    began: float = field(default_factory=time.monotonic)
    latencies: list[tuple[float, str, float]] = field(default_factory=list)
    """(seconds since the beginning, kind, seconds until the answer)."""
    issued: list[tuple[float, str, bool]] = field(default_factory=list)
    """(seconds since the beginning, kind, whether a token came)."""
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    wrong: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Answers that are not right for their kind; status 0: none came."""
    memory: list[tuple[float, float]] = field(default_factory=list)
    """(seconds since the beginning, MiB of the functions' process)."""

    def note(self, call: Call, status: int, took: float) -> None:
        """One answer."""
        self.latencies.append((time.monotonic() - self.began, call.kind, took))
        self.issued.append((time.monotonic() - self.began, call.kind, status == HTTPStatus.OK))
        self.statuses[call.kind, status] += 1
        if status not in call.right:
            self.wrong[call.kind, status] += 1

    def quantile(self, share: float, kind: str = GOOD) -> float:
        """Seconds within which so many answers to that kind came."""
        took = sorted(one for _, of, one in self.latencies if of == kind)
        return took[min(len(took) - 1, int(share * len(took)))] if took else 0.0


async def drive(url: str, traffic: Traffic, load: Load, seconds: float, process: int) -> Seen:
    """`process`: whose memory is watched."""
    seen = Seen()
    until = seen.began + seconds
    pause = load.connections / load.rate
    callers = [_caller(url, traffic, until, seen, pause) for _ in range(load.connections)]
    await asyncio.gather(_watch(process, until, seen), *callers)
    return seen


async def _caller(url: str, traffic: Traffic, until: float, seen: Seen, pause: float) -> None:
    """Asks every `pause` seconds, or as soon as it was answered where that takes longer."""
    where, due = urlsplit(url), time.monotonic() + random.random() * pause  # noqa: S311 (so that not all ask at once)
    reader = writer = None
    while time.monotonic() < until:
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        call, began, status = traffic.next(), time.monotonic(), 0
        due = began + pause
        try:
            if writer is None or reader is None:
                reader, writer = await asyncio.open_connection(where.hostname, where.port)
            writer.write(call.wire)
            status, stays = await _answer(reader)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            stays = False
        seen.note(call, status, time.monotonic() - began)
        if not stays and writer is not None:
            writer.close()
            writer = None
    if writer is not None:
        writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Status, and whether the connection stays open."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
    await reader.readexactly(int(headers.get("content-length", "0")))
    return int(lines[0].split()[1]), headers.get("connection") != "close"


async def _watch(process: int, until: float, seen: Seen) -> None:
    while time.monotonic() < until:
        seen.memory.append((time.monotonic() - seen.began, resident(process)))
        await asyncio.sleep(1)


def resident(process: int) -> float:
    """MiB that it has in memory."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
