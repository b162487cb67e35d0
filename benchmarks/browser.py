"""The console on a laptop's bridge with ten thousand documents: how long an admin waits for a page, and for a check."""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import httpx
from msgspec import Struct
from rich.table import Table

from federation.client.admin import AdminApi
from federation.client.credential import read_credential
from federation.console.server import in_a_thread, stand
from tests.support.bridge_process import started

DOCUMENTS: Final = 10_000
ROUNDS: Final = 15
DEBOUNCE: Final = 0.06
"""Seconds for which the script waits for another key."""
EXAMPLES: Final = Path(__file__).parents[1] / "examples" / "trust"
_OWN: Final = {"sec-fetch-site": "same-origin"}


class Waited(Struct, frozen=True):
    """Seconds for which an admin waits: the median, and the worst."""

    what: str
    median: float
    worst: float
    must: float


def measure() -> list[Waited]:
    """It takes a minute or two to store the documents."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        options = ("--mappings", DOCUMENTS, "--trust", EXAMPLES, "--admin-token-file", place / "admin")
        command = [sys.executable, "-m", "benchmarks.many_documents", *map(str, options), "--log", str(place / "log")]
        with started(command, place) as bridge:
            return list(_waited(AdminApi(bridge.url, read_credential(place / "admin"))))


def _waited(api: AdminApi) -> Iterator[Waited]:
    with (
        in_a_thread(stand(0, api.bridge, lambda: api)) as standing,
        httpx.Client(base_url=standing.url, timeout=120) as browser,
    ):
        browser.get(standing.link())
        yield from _of(browser)


def _of(browser: httpx.Client) -> Iterator[Waited]:
    yield _rounds("the first view, with its style and script", 1.0, lambda: _page(browser, "/overview"))
    yield _rounds("a page of mappings", 1.0, lambda: _page(browser, "/trust?kind=mappings"))
    text = "kind: Mapping\nid: many-7\nissuer: acme-okta\nmatch: {sub: other}\nprincipal: partner/acme/other\n"
    text += "grants: [{audience: risk-engine, scopes: [risk:score:read]}]\n"
    form = {"kind": "mappings", "id": "many-7", "etag": '"1"', "as": "yaml", "text": text}
    yield _rounds("from a keystroke to its check", 0.2, lambda: _check(browser, form), DEBOUNCE)


def _page(browser: httpx.Client, path: str) -> None:
    for part in (path, "/static/console.css", "/static/console.js"):
        browser.get(part).raise_for_status()


def _check(browser: httpx.Client, form: dict[str, str]) -> None:
    answer = browser.post("/trust/check", data=form, headers=_OWN).raise_for_status()
    if "It may be written" not in answer.text:
        raise RuntimeError(answer.text)


def _rounds(what: str, must: float, work: Callable[[], None], more: float = 0.0) -> Waited:
    work()  # imports and connections
    taken = [more + _seconds(work) for _ in range(ROUNDS)]
    return Waited(what, statistics.median(taken), max(taken), must)


def _seconds(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def table(rows: list[Waited]) -> Table:
    """For people."""
    shown = Table(title=f"the console, {DOCUMENTS:,} documents", title_justify="left")
    for heading in ("what", "median", "worst", "must"):
        shown.add_column(heading)
    for row in rows:
        shown.add_row(
            row.what, f"{row.median * 1000:.0f} ms", f"{row.worst * 1000:.0f} ms", f"{row.must * 1000:.0f} ms"
        )
    return shown
