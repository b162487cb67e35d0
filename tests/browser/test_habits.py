"""What every view keeps to: WCAG 2.2 AA by axe-core, in dark and light, at 800 and at 1280 pixels."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from federation.console.server import Standing
from federation.console.views.table import views
from tests.browser.conftest import WIDTHS, opened

AXE = Path(__file__).parent / "axe" / "node_modules" / "axe-core" / "axe.min.js"
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
STATES = [
    *(view.path for view in views()),
    "/trust?kind=mappings&search=nothing-says-this",
    "/trust/mappings/acme-deployer",
    "/trust/mappings/acme-deployer?as=form",
    "/trust/mappings/acme-deployer/history",
    "/trust/new/mappings",
    "/trust/waiting",
    '/why?about={"iss":"https://nobody.example.com","sub":"x"}&audience=risk-engine',
    "/whocan?audience=payments",
    "/whocan?principal=agent/planner",
    "/whocan?audience=federation-admin&danger=yes",
    "/chain?about=nothing",
    "/approvals?state=all",
    "/simulator?provider=github&audience=artifacts",
    "/simulator/partner",
    "/keys-of-the-console",
    "/nowhere",
]


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text("utf-8"))
    options = {"runOnly": {"type": "tag", "values": STANDARD}}
    found: dict[str, Any] = page.evaluate("options => axe.run(document, options)", options)
    assert found["passes"], "axe looked at nothing"
    return [
        f"{page.url}: {one['id']}: {one['help']}: {[node['target'] for node in one['nodes']]}"
        for one in found["violations"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_view_meets_the_standard(browser: Browser, console: Standing, scheme: str) -> None:
    found: list[str] = []
    with opened(browser, console, color_scheme=scheme) as page:
        for path in STATES:
            page.goto(f"{console.url}{path}")
            page.wait_for_timeout(300)
            found += violations(page)
    assert found == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_view_is_wider_than_the_window(browser: Browser, console: Standing, width: int) -> None:
    found: list[str] = []
    with opened(browser, console, width=width) as page:
        for path in STATES:
            page.goto(f"{console.url}{path}")
            wide = page.evaluate("document.scrollingElement.scrollWidth - window.innerWidth")
            found += [f"{path}: {wide} px too wide"] if wide > 0 else []
    assert found == []


def test_every_view_is_reached_by_keys_alone(page: Page) -> None:
    for view in views():
        page.locator("html[data-script=ready]").wait_for(state="attached")
        page.keyboard.press("g")
        page.keyboard.press(view.key)
        expect(page.locator("header nav [aria-current=page]")).to_have_text(view.name)
    page.locator("html[data-script=ready]").wait_for(state="attached")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", level=1)).to_have_text("Keys")
    page.locator("html[data-script=ready]").wait_for(state="attached")
    page.get_by_label("Single keys do something").uncheck()
    page.keyboard.press("g")
    page.keyboard.press(views()[0].key)
    page.wait_for_timeout(300)
    expect(page.get_by_role("heading", level=1)).to_have_text("Keys")


def test_times_are_told_in_the_readers_zone_with_utc_beside(browser: Browser, console: Standing) -> None:
    with opened(browser, console, timezone_id="Asia/Tokyo", locale="en-GB") as page:
        page.goto(f"{console.url}/trust/mappings/acme-deployer")
        expect(page.locator("time").first).to_contain_text("UTC)")


def test_it_works_without_the_script(browser: Browser, console: Standing) -> None:
    with opened(browser, console, java_script_enabled=False) as page:
        page.goto(f"{console.url}/trust/mappings/acme-deployer")
        page.get_by_role("button", name="Apply").click()
        expect(page.get_by_role("status")).to_contain_text("nothing was written")
