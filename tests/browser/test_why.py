"""A partner's call fails; its correlation id leads to the edit that mends it."""

from playwright.sync_api import Page, expect

from federation.console.server import Standing
from tests.browser.conftest import demo_token
from tests.support.bridge_process import Served


def test_a_refusal_is_explained_mended_and_tried_again(page: Page, console: Standing, bridge: Served) -> None:
    token = demo_token(bridge, "partner")
    refused = bridge.exchange(token, "artifacts", scope="artifacts:read")
    page.goto(f"{console.url}/why")
    page.get_by_label("A correlation id, claims as JSON, or a token").fill(refused["correlation_id"])
    page.get_by_role("button", name="Why?").click()
    expect(page.get_by_role("heading", level=2).first).to_contain_text("It is refused")
    expect(page.locator(".steps .refused details")).to_have_attribute("open", "")
    expect(page.locator("#edit-1")).to_contain_text("partner/acme/billing-sync gains")
    page.locator("#edit-1").get_by_label("Reason").fill("ticket 4711")
    page.get_by_role("button", name="Apply this edit").click()
    expect(page.get_by_role("status").first).to_contain_text("The edit is applied")
    expect(page.get_by_role("heading", level=2).first).to_contain_text("It is allowed")
    assert "access_token" in bridge.exchange(token, "artifacts", scope="artifacts:read")


def test_a_token_is_read_and_shown_nowhere(page: Page, console: Standing, bridge: Served) -> None:
    token = demo_token(bridge, "partner").read_text("ascii").strip()
    page.goto(f"{console.url}/why")
    page.get_by_label("A correlation id, claims as JSON, or a token").fill(token)
    page.get_by_label("Audience").fill("risk-engine")
    page.get_by_role("button", name="Why?").click()
    expect(page.get_by_role("heading", name="Step by step")).to_be_visible()
    assert token not in page.content()
    assert token not in page.url
