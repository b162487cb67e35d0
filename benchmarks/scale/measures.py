"""What is done at every size: one of each, and everything that it costs."""

import resource
import time
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from pathlib import Path

from msgspec import Struct

from benchmarks.scale.counted import Cost
from benchmarks.scale.mappings import body
from benchmarks.scale.world import ScaleWorld
from federation.model.json import Json
from federation.oauth.http import HttpResponse

PAGE, LARGEST_PAGE = 50, 200
EXCHANGES = 10
FAR = 1_000
"""Pages."""


class WentWrong(Exception):
    """What was to be measured was refused."""


class Measured(Struct, frozen=True):
    """One of them."""

    what: str
    cost: Cost
    seconds: float


def single(world: ScaleWorld, mappings: int) -> Iterator[Measured]:
    """An exchange, and one of each of the admin's requests, about the last of that many mappings."""
    last = f"/mappings/m-{mappings - 1:07d}"
    new: dict[str, Json] = {**body(0), "id": f"new-{mappings}", "match": {"sub": f"new-{mappings}"}}
    yield _exchange(world, mappings)
    yield _measure(world, "GET one mapping", lambda: world.ask("GET", last)[0])
    answer, shown = world.ask("GET", last)
    changed = {**shown["document"], "description": f"of {mappings}"}
    etag = answer.headers["etag"]
    yield _measure(world, "PUT one mapping", lambda: world.ask("PUT", last, changed, if_match=etag)[0])
    path = f"/mappings/{new['id']}"
    yield _measure(world, "PUT a new one", lambda: world.ask("PUT", path, new, if_none_match="*")[0])
    yield _measure(world, "DELETE it", lambda: world.ask("DELETE", path, if_match='"1"')[0])


def _exchange(world: ScaleWorld, mappings: int) -> Measured:
    """The cheapest of a few, each of a mapping that was not read before.

    Now and then one pays for the next ones' allowance of requests, how often is a matter of the pace.
    """
    numbers = range(mappings - EXCHANGES, mappings)
    measured = [_measure(world, "exchange", partial(world.exchange, f"worker-{number}")) for number in numbers]
    return min(measured, key=lambda one: one.cost.calls.total())


def first_page(world: ScaleWorld) -> Measured:
    """Of the list of mappings."""
    return _measure(world, "list: first page", lambda: world.ask("GET", "/mappings", query=f"limit={PAGE}")[0])


def far_page(world: ScaleWorld) -> Measured | None:
    """The thousandth; None: there are not so many."""
    query = f"limit={PAGE}"
    for _ in range(FAR - 1):
        following = world.ask("GET", "/mappings", query=query)[1]["next"]
        if following is None:
            return None
        query = f"limit={PAGE}&cursor={following}"
    return _measure(world, f"list: page {FAR}", lambda: world.ask("GET", "/mappings", query=query)[0])


class Export(Struct, frozen=True):
    """Every mapping, page by page."""

    mappings: int
    seconds: float
    growth: int
    """Bytes of memory, from the twentieth page to the last."""


def export(world: ScaleWorld, advance: Callable[[int], None]) -> Export:
    """Read all there are, and keep none. `advance`: told of every page."""
    started, query, total, page, early = time.monotonic(), f"limit={LARGEST_PAGE}", 0, 0, 0
    while True:
        members = world.ask("GET", "/mappings", query=query)[1]
        total, page = total + len(members["items"]), page + 1
        advance(len(members["items"]))
        early = memory() if page == 20 else early  # noqa: PLR2004 (see Export.growth)
        if members["next"] is None:
            return Export(total, time.monotonic() - started, memory() - early if early else 0)
        query = f"limit={LARGEST_PAGE}&cursor={members['next']}"


def plan(world: ScaleWorld, documents: int, mappings: int) -> Measured:
    """A set of which half is there already, as far as there is so much."""
    there = min(documents // 2, mappings)
    numbers = [*range(there), *range(10**7 - (documents - there), 10**7)]
    asked = {"documents": [body(number) for number in numbers]}
    return _measure(world, f"plan of {documents:,} documents", lambda: world.ask("POST", "/plan", asked)[0])


def memory() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


def _measure(world: ScaleWorld, what: str, do: Callable[[], HttpResponse]) -> Measured:
    world.warm()
    with world.meter.reading() as cost:
        started = time.monotonic()
        answer = do()
        seconds = time.monotonic() - started
    if answer.status >= HTTPStatus.BAD_REQUEST:
        raise WentWrong(f"{what}: {answer.status} {answer.body.decode()}")
    return Measured(what, cost, seconds)
