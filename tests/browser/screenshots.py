"""Pictures of the console for docs/console.md: `python -m tests.browser.screenshots FOLDER [NAME...]`.

A bridge serves the example documents, callers ask it for some minutes, and the same pages are opened as the tests do.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import jwt
from playwright.sync_api import Browser, Page, expect

from federation.console.beside import beside
from federation.console.server import Standing
from tests.browser.conftest import PATIENCE, ROOT, acting, chromium, demo_token, jti_of, opened
from tests.support.bridge_process import Served, served

MINUTES = 5
"""Of traffic, so that plots have something to tell."""
CALLERS = ("partner", "github", "gitlab", "kubernetes", "buildkite", "user", "spiffe")
AUDIENCES = ("risk-engine", "artifacts", "warehouse", "calendar")


def traffic(bridge: Served) -> None:
    """Callers that get something, callers that do not, in every minute others."""
    end = time.monotonic() + MINUTES * 60
    turn = 0
    while time.monotonic() < end:
        for number, caller in enumerate(CALLERS[: 3 + turn % 5]):
            bridge.exchange(demo_token(bridge, caller), AUDIENCES[(number + turn) % len(AUDIENCES)])
            bridge.exchange(demo_token(bridge, "partner"), "risk-engine")
        turn += 1
        time.sleep(6)


class Camera:
    """Opens pages and keeps what they look like."""

    def __init__(self, folder: Path, browser: Browser, console: Standing, wanted: Sequence[str]) -> None:
        self._folder, self._browser, self._console, self._wanted = folder, browser, console, wanted

    def take(self, name: str, path: str, before: Callable[[Page], None] | None = None, **options: Any) -> None:  # noqa: ANN401 (Playwright's)
        """`before`: what is done on the page first."""
        if self._wanted and name not in self._wanted:
            return
        with opened(self._browser, self._console, **options) as page:
            page.goto(f"{self._console.url}{path}")
            if before:
                before(page)
            page.wait_for_timeout(800)
            page.screenshot(path=self._folder / f"{name}.png")
        print(name, flush=True)


def edit(page: Page) -> None:
    """An edit that takes something away and gives something."""
    area = page.get_by_label("The document, as YAML")
    area.fill(area.input_value().replace("partner/acme/billing-sync", "partner/acme/billing-mirror"))
    expect(page.locator("#effect")).to_contain_text("billing-mirror gains", timeout=PATIENCE)
    page.get_by_label("Reason").fill("The partner renamed it, ticket 4711")


def mistake(page: Page) -> None:
    """Two lines that the bridge does not take."""
    area = page.get_by_label("The document, as YAML")
    area.fill(area.input_value().replace("principal:", "principl:").replace("max_ttl: 2m", "max_ttl: 2 minutes"))
    expect(page.locator(".gutter li.bad").first).to_be_visible(timeout=PATIENCE)


def touched(page: Page) -> None:
    """Whom the smallest edit touches."""
    expect(page.locator("#edit-1")).to_contain_text("gains", timeout=PATIENCE)
    page.evaluate("document.getElementById('outcome').scrollIntoView()")


def onboard(bridge: Served) -> Callable[[Page], None]:
    """Another machine of a partner, as far as whom its documents touch."""
    token = demo_token(bridge, "partner").read_text("ascii")
    claims = {**jwt.decode(token, options={"verify_signature": False}), "sub": "0oa9z8y7x6", "cid": "0oa9z8y7x6"}

    def fill(page: Page) -> None:
        page.set_viewport_size({"width": 1280, "height": 1900})
        page.get_by_label("Token, or its claims as JSON").fill(json.dumps(claims))
        page.get_by_label("Audience").fill("risk-engine")
        page.get_by_label("Scopes").fill("risk:score:read")
        page.get_by_role("button", name="Look").click()
        expect(page.locator("#plan")).to_contain_text("gains", timeout=PATIENCE)
        page.locator("#plan").get_by_label("Reason").fill("A second machine, contract 4711")

    return fill


def take_all(camera: Camera, bridge: Served) -> None:
    """Every view, some of them in the dark or on a small screen."""
    refused = bridge.exchange(demo_token(bridge, "partner"), "artifacts")["correlation_id"]
    pending = acting(bridge, "payments")["approval_id"]
    chain = jti_of(acting(bridge, "calendar"))
    mapping = "/trust/mappings/acme-billing-sync"
    camera.take("overview", "/overview?window=1h", lambda page: page.set_viewport_size({"width": 1280, "height": 1108}))
    camera.take("overview-dark", "/overview?window=1h", width=800, color_scheme="dark")
    camera.take("trust", "/trust?kind=mappings")
    camera.take("editor", mapping, edit)
    camera.take("mistake", mapping, mistake, color_scheme="dark")
    camera.take("form", f"{mapping}?as=form")
    camera.take("history", f"{mapping}/history")
    camera.take("why", f"/why?about={refused}", touched)
    camera.take("whocan", "/whocan?audience=risk-engine")
    camera.take("chain", f"/chain?about={chain}")
    camera.take("revoke", f"/chain/revoke?what=jti&value={chain}&about={chain}")
    camera.take("partner", "/simulator/partner", onboard(bridge))
    camera.take("approvals", "/approvals")
    camera.take("simulator", "/simulator")
    camera.take("approval", f"/approvals/{pending}", color_scheme="dark")


def main(folder: Path, wanted: Sequence[str]) -> None:
    """Some minutes for all of them; at once for some that are named."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work:
        place = Path(work)
        options = ("--log", place / "log", "--trust", ROOT / "examples" / "trust", "--demo-tokens", place / "demo")
        admin = place / "admin.token"
        with (
            served(place, *options, "--admin-token-file", admin) as bridge,
            beside(bridge.url, admin) as console,
            chromium() as browser,
        ):
            if not wanted:
                traffic(bridge)
            take_all(Camera(folder, browser, console, wanted), bridge)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
