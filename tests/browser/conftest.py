"""The console in Chromium, on a bridge that `fedbridge serve` runs; every page is watched while a test looks at it."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import jwt
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from federation.client.admin import AdminApi
from federation.client.credential import read_credential
from federation.console.beside import beside
from federation.console.server import Standing
from federation.oauth.identifiers import TokenType
from tests.support.bridge_process import Served, served

ROOT = Path(__file__).parents[2]
WIDTHS = (1280, 800)
FOREIGN = "evil.example.com"
"""A name that resolves to loopback in this browser."""
PATIENCE = 240_000
"""Milliseconds in which a page shows something, on a machine that does much else."""


def demo_token(bridge: Served, name: str) -> Path:
    """The file of a demo workload's."""
    return bridge.folder / "demo" / f"{name}.jwt"


def acting(bridge: Served, audience: str, **more: str) -> Mapping[str, Any]:
    """A planner acts for a person: what the token endpoint answers. `more`: further fields of the form."""
    actor = demo_token(bridge, "planner").read_text("ascii")
    user = demo_token(bridge, "user")
    return bridge.exchange(user, audience, actor_token=actor, actor_token_type=TokenType.JWT.value, **more)


def jti_of(answer: Mapping[str, Any]) -> str:
    """Of the token that was issued."""
    return str(jwt.decode(answer["access_token"], options={"verify_signature": False})["jti"])


@pytest.fixture(scope="session")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("bridge")
    trust, tokens = ROOT / "examples" / "trust", folder / "demo"
    log = ("--log", folder / "log")  # else it would stop once its pipe, which is not read, is full
    options = (*log, "--trust", trust, "--demo-tokens", tokens, "--admin-token-file", folder / "admin.token")
    with served(folder, *options) as running:
        yield running


@pytest.fixture(scope="session")
def api(bridge: Served) -> AdminApi:
    """The admin API itself, to see what a page has done."""
    return AdminApi(bridge.url, read_credential(bridge.folder / "admin.token"))


@pytest.fixture(scope="session")
def console(bridge: Served) -> Iterator[Standing]:
    with beside(bridge.url, bridge.folder / "admin.token") as running:
        yield running


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's. It runs as the user of the tests, root in a container: there its sandbox cannot."""
    program = shutil.which("chromium")
    if program is None:
        raise FileNotFoundError("no Chromium here: apt-get install chromium")
    expect.set_options(timeout=PATIENCE)
    arguments = ["--no-sandbox", f"--host-resolver-rules=MAP {FOREIGN} 127.0.0.1"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=arguments)
        yield started
        started.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


class Watched:
    """What a page did that no page of ours may do."""

    def __init__(self, context: BrowserContext, own: str) -> None:
        self._own = own
        self.found: list[str] = []
        context.on("request", self._request)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.found.append(f"error: {error.error}"))
        context.on("dialog", lambda dialog: self.found.append(f"dialog: {dialog.message}"))

    def _request(self, request: Request) -> None:
        if not request.url.startswith(f"{self._own}/"):
            self.found.append(f"asked elsewhere: {request.url}")

    def _said(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.found.append(message.text)


Opened = Callable[..., Page]


@contextmanager
def opened(browser: Browser, console: Standing, **options: Any) -> Iterator[Page]:  # noqa: ANN401 (Playwright's)
    """A signed in page in a browser of its own; what it must not do fails the test at the end."""
    context = browser.new_context(viewport={"width": options.pop("width", 1280), "height": 900}, **options)
    context.set_default_timeout(PATIENCE)
    watched = Watched(context, console.url)
    page = context.new_page()
    page.goto(console.link())
    try:
        yield page
    finally:
        found = list(watched.found)
        context.close()
    assert found == []


@pytest.fixture
def page(browser: Browser, console: Standing) -> Iterator[Page]:
    with opened(browser, console) as shown:
        yield shown
