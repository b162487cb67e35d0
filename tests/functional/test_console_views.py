"""The console on a bridge of this machine: by its pages alone a partner is let in, looked at, approved and revoked."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import jwt
import pytest
from starlette.testclient import TestClient

from federation.client.admin import AdminApi
from federation.client.credential import Credential
from federation.client.http import Answer, post_form
from federation.console.application import Console
from federation.console.door import Door
from federation.console.guard import ENTER
from federation.console.views.table import views
from federation.local.admin_token import request_admin_token
from federation.local.issuers.loopback import LoopbackIssuers, generate_key
from federation.oauth.identifiers import GrantType, TokenType
from tests.support.admin_laptop import TARGET, AdminLaptop, admin_laptop
from tests.support.console_world import OWN, OWN_PAGE, PORT

KEY = generate_key("partner-7", "ES256")
ASKS = '@require_approval("Somebody reads risk.")\npermit (principal, action, resource == Audience::"risk-engine");\n'


@dataclass(frozen=True, slots=True)
class Browser:
    """An admin's, and the partner whom they let in."""

    client: TestClient
    laptop: AdminLaptop
    issuer: str

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, form: dict[str, str]) -> str:
        answer = self.client.post(path, data=form, headers=OWN_PAGE, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return answer.text

    def token(self, subject: str) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "sub": subject,
            "aud": self.laptop.url,
            "iat": now,
            "exp": now + 600,
        }
        return KEY.sign({**claims, "jti": f"{subject}-{time.monotonic_ns()}"})

    def exchange(self, subject: str) -> Answer:
        form = {"grant_type": GrantType.TOKEN_EXCHANGE, "subject_token": self.token(subject), "audience": TARGET}
        return post_form(f"{self.laptop.url}/token", list({**form, "subject_token_type": TokenType.JWT}.items()))

    def let_in(self, subject: str) -> str:
        """By the one page; what it drafted."""
        form = {"claims": self.token(subject), "audience": TARGET, "scopes": "risk:read"}
        looked = self.post("/simulator/partner", form)
        assert "It publishes 1 key" in looked
        assert "The sample token's key is among them." in unescape(looked)
        text = field(looked, "text")
        planned = self.post("/simulator/plan", {"text": text})
        assert "gains" in planned
        base = re.search(r'name="base" value="(\d+)"', planned)
        assert base is not None
        applied = self.post("/simulator/apply", {"text": text, "base": base[1], "reason": "contract 4711"})
        assert "The partner is in" in applied
        return text


def field(page: str, id_: str) -> str:
    found = re.search(rf'<textarea id="{id_}"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert found is not None, page
    return unescape(found[1]).strip()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    folder: Path = tmp_path_factory.mktemp("laptop")
    with LoopbackIssuers({"partner": KEY}) as issuers, admin_laptop(folder) as laptop:
        api = AdminApi(laptop.url, Credential(request_admin_token(laptop.url, laptop.admin_key)))
        door = Door()
        console = Console(views(), lambda: api, laptop.url, PORT, door)
        client = TestClient(console.application(), base_url=OWN, follow_redirects=False)
        assert client.get(f"{ENTER}?key={door.new_link()}").status_code == 303
        made = Browser(client, laptop, issuers.endpoints("partner").issuer)
        made.let_in("billing")
        yield made


def jti(answer: Answer) -> str:
    return str(jwt.decode(answer.members["access_token"], options={"verify_signature": False})["jti"])


def test_who_was_let_in_comes_in_and_no_other_does(browser: Browser) -> None:
    assert browser.exchange("billing").members["scope"] == "risk:read"
    assert browser.exchange("other").members["error_description"].startswith("no_mapping")


def test_the_simulator_says_what_the_exchange_says(browser: Browser) -> None:
    claims = '{"iss": "%s", "sub": "%s"}'
    good = browser.post("/simulator", {"claims": claims % (browser.issuer, "billing"), "audience": TARGET})
    assert "It would be allowed" in good
    bad = browser.post("/simulator", {"claims": claims % (browser.issuer, "other"), "audience": TARGET})
    assert "no_mapping" in bad
    assert "/why?about=" in bad


def test_its_way_is_drawn(browser: Browser) -> None:
    for query in ("audience=risk-engine&scope=risk:read", "issuer=127-0-0-1"):
        text = browser.get(f"/whocan?{query}")
        assert "127-0-0-1" in text
        assert "<svg" in text
    assert "admin API" in browser.get("/whocan?audience=federation-admin&danger=yes")


def test_a_failed_call_is_found_by_its_correlation_id(browser: Browser) -> None:
    refused = browser.exchange("other").members["correlation_id"]
    assert "Why it was refused" in browser.get(f"/chain?about={refused}")


def test_what_dies_is_told_and_then_dies(browser: Browser) -> None:
    id_ = jti(browser.exchange("billing"))
    assert f'href="/chain/revoke?what=jti&amp;value={id_}' in browser.get(f"/chain?about={id_}")
    preview = browser.get(f"/chain/revoke?what=jti&value={id_}&about={id_}")
    assert "1 unexpired token" in preview
    form = {"what": "jti", "value": id_, "about": id_, "reason": "leaked"}
    assert "leaked" in browser.post("/chain/revoke", form)
    assert f'<h2><span class="tag bad"><span aria-hidden="true">✗</span> revoked</span> jti <code>{id_}' in browser.get(
        f"/chain?about={id_}"
    ).replace("\n", "")


def test_a_request_that_waits_is_approved_and_goes_through(browser: Browser) -> None:
    policy: dict[str, Any] = {"kind": "Policy", "id": "asks", "cedar": ASKS}
    api = AdminApi(browser.laptop.url, Credential(request_admin_token(browser.laptop.url, browser.laptop.admin_key)))
    etag = api.put("/policies/asks", policy, None).etag
    try:
        waiting = browser.exchange("billing").members
        assert waiting["error"] == "authorization_pending"
        assert "Somebody reads risk." in browser.get("/approvals")
        page = f"/approvals/{waiting['approval_id']}"
        assert "lets act" not in browser.get(page)
        said = browser.post(page, {"say": "approve", "lifetime": "5m", "uses": "1", "reason": "asked by phone"})
        assert "It is approved." in said
        assert browser.exchange("billing").members["scope"] == "risk:read"
    finally:
        api.delete("/policies/asks", etag)
