"""The whole of it in the browser alone: a partner comes in, its call fails, is mended and undone, approved, revoked."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from federation.console.beside import beside
from federation.local.issuers.loopback import LoopbackIssuers, generate_key
from tests.browser.conftest import ROOT, acting, opened
from tests.support.bridge_process import Served, served

KEY = generate_key("partner-7", "ES256")


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[Served]:
    """One of its own, that no other test has changed."""
    options = ("--log", tmp_path / "log", "--trust", ROOT / "examples" / "trust", "--demo-tokens", tmp_path / "demo")
    with served(tmp_path, *options, "--admin-token-file", tmp_path / "admin.token") as running:
        yield running


class Partner:
    """A job of the partner, with tokens of the partner's identity provider."""

    def __init__(self, issuer: str, bridge: Served) -> None:
        self._issuer, self._bridge = issuer, bridge

    def token(self, team: str) -> str:
        now = time.time()
        about = {"iss": self._issuer, "sub": "nightly-job", "aud": self._bridge.url, "team": team}
        return KEY.sign({**about, "iat": int(now), "exp": int(now) + 600, "jti": f"{team}-{now}"})

    def calls(self, team: str) -> dict[str, str]:
        file = self._bridge.folder / "job.jwt"
        file.write_text(self.token(team), "ascii")
        return self._bridge.exchange(file, "risk-engine")


def lets_in(page: Page, sample: str) -> None:
    """By the onboarding page; the claim `team` is pinned too."""
    page.get_by_role("link", name="Simulator").click()
    page.get_by_role("link", name="Let a partner in").click()
    page.get_by_label("Token, or its claims as JSON").fill(sample)
    page.get_by_label("Audience").fill("risk-engine")
    page.get_by_label("Scopes").fill("risk:score:read")
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("status").first).to_contain_text("It publishes 1 key")
    page.get_by_label("Pin team").check()
    page.get_by_role("button", name="Draft again").click()
    expect(page.locator("#plan")).to_contain_text("gains")
    page.locator("#plan").get_by_label("Reason").fill("contract 4711")
    page.get_by_role("button", name="Let it in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The partner is in")


def mends(page: Page, correlation_id: str) -> str:
    """From the id that the caller was told, by the smallest edit; the name of the mapping."""
    page.get_by_role("link", name="Why?", exact=True).click()
    page.get_by_label("A correlation id, claims as JSON, or a token").fill(correlation_id)
    page.get_by_role("button", name="Why?").click()
    expect(page.locator("#outcome")).to_contain_text("It is refused: no_mapping")
    missed = page.locator(".steps .refused table")
    expect(missed).to_contain_text("team")
    expect(missed).to_contain_text("sales")
    mapping: str = page.locator(".steps .refused h3 a").inner_text().removeprefix("Mapping ")
    expect(page.locator("#edit-1")).to_contain_text("gains")
    page.locator("#edit-1").get_by_label("Reason").fill("the job is of team billing")
    page.get_by_role("button", name="Apply this edit").click()
    expect(page.locator("#outcome")).to_contain_text("It is allowed")
    return mapping


def undoes(page: Page, mapping: str) -> None:
    """By the history of the mapping."""
    page.get_by_role("link", name="Trust", exact=True).click()
    page.get_by_label("Search").fill(mapping)
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name=mapping, exact=True).click()
    page.get_by_role("link", name="History", exact=True).click()
    expect(page.locator("#v2")).to_contain_text("the job is of team billing")
    page.locator("#v1 summary").click()
    page.locator("#v1").get_by_label("Reason").fill("it was of team sales after all")
    page.get_by_role("button", name="Restore version 1").click()
    expect(page.get_by_role("status").first).to_contain_text("It is restored")


def approves(page: Page) -> None:
    """What waits, once."""
    page.get_by_role("link", name="Approvals", exact=True).click()
    page.get_by_role("link", name="user/acme/").click()
    approve = page.locator("form", has=page.get_by_role("button", name="Approve"))
    approve.get_by_label("Reason").fill("asked by phone")
    approve.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("status")).to_contain_text("It is approved.")


def revokes(page: Page, token: str) -> None:
    """The whole chain of a token, seen beforehand."""
    page.get_by_role("link", name="Chain", exact=True).click()
    page.get_by_label("Token id, correlation id").fill(token)
    page.get_by_role("button", name="Show").click()
    page.locator("summary", has_text="Revoke").first.click()
    page.get_by_role("link", name="Revoke the whole chain").first.click()
    expect(page.locator("main")).to_contain_text("1 unexpired token")
    page.get_by_label("Reason").fill("leaked")
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_role("status")).to_contain_text("is worth nothing")
    page.get_by_role("link", name="Back to the chain").click()
    expect(page.locator("section", has=page.get_by_role("heading", name="revoked"))).to_contain_text("leaked")


def test_an_admin_lets_a_partner_in_mends_undoes_approves_and_revokes(browser: Browser, bridge: Served) -> None:
    with (
        LoopbackIssuers({"partner-7": KEY}) as issuers,
        beside(bridge.url, bridge.folder / "admin.token") as console,
        opened(browser, console) as page,
    ):
        partner = Partner(issuers.endpoints("partner-7").issuer, bridge)
        lets_in(page, partner.token("sales"))
        assert "access_token" in partner.calls("sales")
        refused = partner.calls("billing")
        mapping = mends(page, refused["correlation_id"])
        assert "access_token" in partner.calls("billing")
        undoes(page, mapping)
        assert partner.calls("billing")["error_description"].startswith("no_mapping")
        assert "access_token" in partner.calls("sales")
        assert acting(bridge, "payments")["error"] == "authorization_pending"
        approves(page)
        token = str(acting(bridge, "payments")["access_token"])
        revokes(page, token)
        assert acting(bridge, "payments")["error"] == "authorization_pending"  # good for one token
