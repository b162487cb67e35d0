"""A login that ended, a bridge that went away, a link that was used: each says what to do, and nothing is lost."""

from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from federation.console.beside import beside
from federation.console.server import Standing
from tests.browser.conftest import opened
from tests.support.bridge_process import Served, served


def test_an_expired_login_is_renewed_without_a_new_console(browser: Browser, bridge: Served, tmp_path: Path) -> None:
    good, credential = (bridge.folder / "admin.token").read_text("ascii"), tmp_path / "credential"
    credential.write_text(good)
    with beside(bridge.url, credential) as console, opened(browser, console) as page:
        credential.write_text(f"{good.strip()[:-6]}AAAAAA")
        page.goto(f"{console.url}/trust")
        expect(page.get_by_role("alert")).to_contain_text("Your login at the bridge has ended")
        expect(page.locator(".command")).to_have_text(f"fedbridge login --url {bridge.url}")
        credential.write_text(good)
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("Trust")


def test_a_bridge_that_goes_away_is_said_on_pages_and_in_parts(browser: Browser, tmp_path: Path) -> None:
    with served(tmp_path, "--log", tmp_path / "log", "--admin-token-file", tmp_path / "admin.token") as bridge:
        url = bridge.url
        with beside(url, tmp_path / "admin.token") as console, opened(browser, console) as page:
            page.goto(f"{console.url}/trust/new/zones")
            area = page.get_by_label("The document, as YAML")
            area.fill("kind: Zone\nid: here\ncidrs: [203.0.113.0/24]\n")
            expect(page.locator("#checked")).to_contain_text("It may be written")
            bridge.process.kill()
            bridge.process.wait()
            area.press_sequentially("#")
            expect(page.locator("#checked")).to_contain_text(f"No bridge answers at {url}")
            assert area.input_value().startswith("kind: Zone")
            page.goto(f"{console.url}/trust")
            expect(page.get_by_role("alert")).to_contain_text("See that the bridge runs")


def test_a_link_opens_once_and_leaves_the_address_bar(browser: Browser, console: Standing) -> None:
    link = console.link()
    one, other = browser.new_context(), browser.new_context()
    page = one.new_page()
    page.goto(link)
    assert "key=" not in page.url
    assert page.evaluate("document.referrer") == ""
    second = other.new_page()
    second.goto(link)
    expect(second.get_by_role("heading")).to_have_text("This link opens nothing any more")
    one.close()
    other.close()


def test_leaving_ends_the_session_in_every_tab(page: Page, console: Standing) -> None:
    page.get_by_role("button", name="Leave").click()
    page.goto(f"{console.url}/trust")
    expect(page.get_by_role("heading")).to_have_text("You are not signed in to this console")


def test_a_script_cannot_read_the_cookie(page: Page) -> None:
    assert page.evaluate("document.cookie") == ""
    (cookie,) = page.context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
