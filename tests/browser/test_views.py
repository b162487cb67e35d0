"""Chain, who can, approvals and simulator as an admin uses them who has never seen the command line."""

import json
from typing import Any

import jwt
from playwright.sync_api import Page, expect

from federation.client.admin import AdminApi
from federation.console.server import Standing
from tests.browser.conftest import acting, demo_token, jti_of
from tests.browser.test_habits import violations
from tests.support.bridge_process import Served


def said_by(bridge: Served, name: str) -> dict[str, Any]:
    """Claims of a demo token."""
    return dict(jwt.decode(demo_token(bridge, name).read_text("ascii"), options={"verify_signature": False}))


def test_a_partner_is_let_in_on_one_page(page: Page, console: Standing, bridge: Served) -> None:
    newcomer = {**said_by(bridge, "partner"), "sub": "0oaNEWCOMER", "cid": "0oaNEWCOMER"}
    page.goto(f"{console.url}/simulator")
    page.get_by_role("link", name="Let a partner in").click()
    page.get_by_label("Token, or its claims as JSON").fill(json.dumps(newcomer))
    page.get_by_label("Audience").fill("risk-engine")
    page.get_by_label("Scopes").fill("risk:score:read")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("status").first).to_contain_text("It publishes 1 key")
    expect(page.get_by_label("Pin sub")).to_be_checked()
    page.get_by_label("Pin department").check()
    page.get_by_role("button", name="Draft again").click()
    expect(page.get_by_label("Pin department")).to_be_checked()
    assert "department: billing" in page.locator("#text").input_value()
    expect(page.locator("#plan")).to_contain_text("gains")
    assert violations(page) == []
    page.locator("#plan").get_by_label("Reason").fill("contract 4711")
    page.get_by_role("button", name="Let it in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The partner is in")
    page.goto(f"{console.url}/simulator")
    page.get_by_label("Claims as JSON, or a token").fill(json.dumps(newcomer))
    page.get_by_label("Audience").fill("risk-engine")
    page.get_by_role("button", name="Decide").click()
    expect(page.locator(".notice")).to_contain_text("No address was given")
    page.get_by_label("From address").fill("127.0.0.1")
    page.get_by_role("button", name="Decide").click()
    expect(page.locator("#outcome")).to_contain_text("It would be allowed")


def test_a_claim_that_is_changed_changes_the_decision(page: Page, console: Standing) -> None:
    page.goto(f"{console.url}/simulator")
    page.get_by_label("or as a token of an Issuer").select_option("github-actions")
    area = page.get_by_label("Claims as JSON, or a token")
    page.wait_for_url("**issuer=github-actions**")
    area.fill(area.input_value().replace('"event_name": "workflow_dispatch"', '"event_name": "pull_request_target"'))
    page.get_by_label("Audience").fill("artifacts")
    page.get_by_role("button", name="Decide").click()
    expect(page.locator("#outcome")).to_contain_text("It would be refused")
    assert violations(page) == []


def test_a_request_arrives_by_itself_and_is_approved(page: Page, console: Standing, bridge: Served) -> None:
    page.goto(f"{console.url}/approvals")
    expect(page.locator("main")).to_contain_text("Nothing waits for an approval.")
    assert acting(bridge, "payments")["error"] == "authorization_pending"
    page.get_by_role("link", name="user/acme/").click()
    expect(page.locator("main")).to_contain_text("agent/planner")
    assert violations(page) == []
    approve = page.locator("form", has=page.get_by_role("button", name="Approve"))
    approve.get_by_label("Good for so many tokens").fill("2")
    approve.get_by_label("Reason").fill("asked by phone")
    approve.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("It is approved.")
    expect(page.locator("main")).to_contain_text("good for 2 tokens")


SEEN = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden === "hidden", configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
ASKS = (
    '@require_approval("An agent reads a calendar.")\npermit (principal, action, resource == Audience::"calendar");\n'
)


def test_what_arrives_by_itself_leaves_the_focus_where_it_is_and_waits_for_a_reader(
    page: Page, console: Standing, bridge: Served, api: AdminApi
) -> None:
    etag = api.put("/policies/asks", {"kind": "Policy", "id": "asks", "cedar": ASKS}, None).etag
    try:
        waiting = acting(bridge, "calendar")
    finally:
        api.delete("/policies/asks", etag)
    assert waiting["error"] == "authorization_pending"
    page.goto(f"{console.url}/approvals?state=all")
    row = page.locator(f"[data-row][href='/approvals/{waiting['approval_id']}']")
    row.focus()
    api.post(f"/approvals/{waiting['approval_id']}/deny", {"reason": "for a test"})
    expect(page.locator("tr", has=row)).to_contain_text("denied")
    expect(row).to_be_focused()
    page.evaluate(SEEN, "hidden")
    with page.expect_request("**/approvals-live*"):
        page.evaluate(SEEN, "visible")


def test_a_chain_is_looked_at_and_ended_with_what_dies_in_view(page: Page, console: Standing, bridge: Served) -> None:
    issued = acting(bridge, "calendar-tool")
    token = str(issued["access_token"])
    page.goto(f"{console.url}/chain")
    page.get_by_label("Token id, correlation id").fill(token)
    page.get_by_role("button", name="Show").click()
    expect(page.locator("figure svg")).to_be_visible()
    assert token not in page.url + page.content()
    page.locator("figure a", has_text="(asked about)").click()
    assert "#token-" in page.url
    assert violations(page) == []
    page.locator("summary", has_text="Revoke").click()
    page.get_by_role("link", name="Revoke the whole chain").click()
    expect(page.locator("main")).to_contain_text("would be worth nothing")
    ended = page.get_by_role("table").locator("tbody tr")
    expect(ended.filter(has_text=jti_of(issued))).to_have_count(1)  # beside one that was decided anew before it left
    assert violations(page) == []
    page.get_by_label("Reason").fill("leaked")
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("status")).to_contain_text("is worth nothing")
    page.get_by_role("link", name="Back to the chain").click()
    expect(page.locator("main")).to_contain_text("leaked")


def test_the_picture_of_who_can_leads_on_and_can_be_kept(page: Page, console: Standing) -> None:
    page.goto(f"{console.url}/whocan")
    page.get_by_role("link", name="Who reaches payments?").click()
    page.locator("figure a", has_text="service/calendar-tool").click()
    expect(page.get_by_label("or principal")).to_have_value("service/calendar-tool")
    assert violations(page) == []
    with page.expect_download() as kept:
        page.get_by_role("link", name="Export SVG").click()
    assert kept.value.suggested_filename == "who-can.svg"
