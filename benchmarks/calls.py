"""AWS calls per exchange, and how many of them wait for one another (DESIGN section 10)."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from benchmarks.world import IDP, World

DELAY = 0.05
"""Seconds that every answer is delayed to see which calls overlap."""


@dataclass(frozen=True)
class Measured:
    """One row."""

    what: str
    status: int
    calls: Counter[str]
    in_sequence: int


def measure(world: World) -> Iterator[Measured]:
    """The rows of the table, the warm exchange first."""
    once = world.token("once", f"{IDP}/once")
    token = world.token()
    world.exchange(token)
    yield _row(world, "exchange, warm", lambda: world.exchange(token).status)
    uncached = world.token("worker-7")
    yield _row(world, "exchange, mapping not cached", lambda: world.exchange(uncached).status)
    yield _row(world, "exchange, single use", lambda: world.exchange(once).status)
    yield _row(world, "refused: replayed", lambda: world.exchange(once).status)
    world.exchange(world.token("nobody"))  # from here on it is known for a while that the issuer has no patterns
    yield _row(world, "refused: no mapping", lambda: world.exchange(world.token("stranger")).status)
    yield _row(world, "refused: audience not granted", lambda: world.exchange(token, audience="ledger").status)
    yield _row(world, "refused: scope too wide", lambda: world.exchange(token, scope="risk:score:write").status)
    yield _row(world, "refused: unknown issuer", lambda: world.exchange(world.token(issuer=f"{IDP}/x")).status)
    yield _row(world, "refused: bad signature", lambda: world.exchange(token[:-6] + "AAAAAA").status)
    yield _row(world, "refused: malformed", lambda: world.exchange("nonsense").status)


def _row(world: World, what: str, exchange: Callable[[], int]) -> Measured:
    aws = world.aws
    aws.calls.clear()
    aws.delay = DELAY
    started = time.perf_counter()
    status = exchange()
    waited = time.perf_counter() - started
    aws.delay = 0.0
    return Measured(what, status, Counter(aws.calls), int(waited / DELAY))
