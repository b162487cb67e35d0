"""Simulator and onboarding: examples begin it, the API decides and drafts, and a token's text goes nowhere."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from federation.console.discovery import Discovered, looked_up
from federation.console.views import simulator
from tests.support.console_pages import jwt_text
from tests.support.console_world import OWN_PAGE, ConsoleWorld, console_world
from tests.support.fake_bridge import Reply, problem
from tests.support.fake_fetcher import FakeFetcher
from tests.support.jose_keys import rsa_key

ISSUER = "https://idp.partner.example"
CLAIMS = {"iss": ISSUER, "sub": "billing"}
PIN = {"path": "sub", "value": "billing", "pinned": True, "why": "filed under it", "unfit": False}
NEVER = {"path": "email", "value": "a@b.example", "pinned": False, "why": "proves nothing", "unfit": True}
MAPPING = {"kind": "Mapping", "id": "idp-billing", "issuer": "idp", "match": {"sub": "billing"}}
DRAFTED = {"provider": "oidc", "known_issuer": None, "documents": [MAPPING], "pins": [PIN, NEVER], "problem": None}
FORM = {"claims": json.dumps(CLAIMS), "audience": "risk-engine", "scopes": "risk:read"}
REFUSED: dict[str, Any] = {
    "allowed": False,
    "undecided": None,
    "decision": None,
    "refusal": {"reason": "no_mapping", "error": "invalid_request", "detail": "none fits", "advice": "Ask."},
    "steps": [{"step": "mapping", "outcome": "refused", "detail": "none fits"}],
}


def begun(bridge_world: ConsoleWorld) -> ConsoleWorld:
    bridge = bridge_world.bridge
    provider = {
        "name": "oidc",
        "about": "Any.",
        "says": "a machine's token",
        "claims": {"iss": "https://x", "sub": "s"},
    }
    issuer = {"id": "acme", "provider": "oidc", "issuer": "https://acme.example.com"}
    audience = {"id": "risk-engine", "scopes": ["risk:read"]}
    bridge.admin("GET", "/providers", Reply({"items": [provider]}))
    bridge.admin("GET", "/issuers", Reply({"items": [{"document": issuer}], "next": None}))
    bridge.admin("GET", "/audiences", Reply({"items": [{"document": audience}], "next": None}))
    bridge.admin("POST", "/explain", Reply(REFUSED))
    bridge.admin("POST", "/drafts", Reply(DRAFTED))
    return bridge_world.sign_in()


class Looks:
    """How an issuer is asked what it publishes; `asked`: who was, of which bridge, about which key."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []

    def __call__(self, issuer: str, bridge: str, kid: str) -> Discovered:
        self.asked.append((issuer, bridge, kid))
        return Discovered(
            issuer, [{"kid": "k", "kty": "RSA", "alg": "RS256"}], kid_is_known=kid == "k" if kid else None
        )


@pytest.fixture
def looks() -> Looks:
    return Looks()


@pytest.fixture
def world(looks: Looks) -> Iterator[ConsoleWorld]:
    with console_world([simulator.view(looks)]) as made:
        yield begun(made)


def test_an_example_of_the_provider_or_as_a_token_of_an_issuer_begins_it(world: ConsoleWorld) -> None:
    assert "https://x" in world.client.get("/simulator?provider=oidc").text
    text = world.client.get("/simulator?issuer=acme&audience=risk-engine").text
    assert "https://acme.example.com" in text
    assert "no_mapping" in text
    assert world.bridge.all_asked("POST", "/admin/v1/explain")[0].json == {
        "claims": {"iss": "https://acme.example.com", "sub": "s"},
        "audience": "risk-engine",
    }


def test_a_link_leads_to_all_of_it_but_never_with_claims_of_a_pasted_token(world: ConsoleWorld) -> None:
    written = world.client.post("/simulator", data=FORM, headers=OWN_PAGE).text
    assert "/why?about=" in written
    pasted = world.client.post("/simulator", data={**FORM, "claims": jwt_text(CLAIMS)}, headers=OWN_PAGE).text
    assert "/why?about=" not in pasted
    again = world.client.post("/simulator", data={**FORM, "pasted": "yes"}, headers=OWN_PAGE).text
    assert "/why?about=" not in again


@pytest.mark.parametrize("claims", ["", "[]", "{", "eyJ.x.y", '{"a": 1, "a": 2}'])
def test_what_is_no_claims_is_said(world: ConsoleWorld, claims: str) -> None:
    assert world.client.post("/simulator", data={**FORM, "claims": claims}, headers=OWN_PAGE).status_code == 400
    assert world.bridge.all_asked("POST", "/admin/v1/explain") == []


def test_nothing_is_fetched_before_the_form_is_sent(world: ConsoleWorld, looks: Looks) -> None:
    assert ISSUER in world.client.get(f"/simulator/partner?url={ISSUER}&audience=risk-engine").text
    assert looks.asked == []
    text = world.client.post("/simulator/partner", data={"url": ISSUER}, headers=OWN_PAGE).text
    assert looks.asked == [(ISSUER, world.bridge.url, "")]
    assert "It publishes 1 key" in text


def test_a_sample_token_is_drafted_by_its_claims_and_its_key_is_looked_for(world: ConsoleWorld, looks: Looks) -> None:
    form = {**FORM, "claims": jwt_text(CLAIMS, {"alg": "PS256", "kid": "other"})}
    text = world.client.post("/simulator/partner", data=form, headers=OWN_PAGE).text
    assert looks.asked == [(ISSUER, world.bridge.url, "other")]
    assert "is not among them" in text
    asked = world.bridge.all_asked("POST", "/admin/v1/drafts")[0].json
    assert asked == {"claims": CLAIMS, "audience": "risk-engine", "scopes": "risk:read", "algorithm": "PS256"}
    for told in ("idp-billing", "filed under it", "proves nothing", 'name="algorithm" value="PS256"'):
        assert told in text


def test_other_pins_are_what_the_api_is_asked_for(world: ConsoleWorld) -> None:
    form = {**FORM, "pinned": "yes", "pin": ["sub", "department"]}
    world.client.post("/simulator/partner", data=form, headers=OWN_PAGE)
    assert world.bridge.all_asked("POST", "/admin/v1/drafts")[0].json["pins"] == ["sub", "department"]
    world.client.post("/simulator/partner", data={**FORM, "pinned": "yes"}, headers=OWN_PAGE)
    assert world.bridge.all_asked("POST", "/admin/v1/drafts")[1].json["pins"] == []


def test_a_refused_draft_leaves_what_was_written(world: ConsoleWorld) -> None:
    world.bridge.answers.pop(("POST", "/admin/v1/drafts"))
    errors = [{"pointer": "/scopes", "document": "", "detail": "name one", "hint": ""}]
    world.bridge.admin("POST", "/drafts", problem(422, "invalid_document", "Not valid.", errors=errors))
    text = world.client.post("/simulator/partner", data=FORM, headers=OWN_PAGE).text
    assert "name one" in text
    assert "risk-engine" in text


def test_what_was_planned_is_what_is_applied(world: ConsoleWorld) -> None:
    planned = {"base": 7, "changes": [], "effects": [], "seen": {"days": 2, "identities": 0, "most": 100}}
    world.bridge.admin("POST", "/plan", Reply(planned))
    applied = {"base": 8, "changes": [{"kind": "Mapping", "id": "idp-billing", "action": "create"}]}
    world.bridge.admin("POST", "/apply", Reply(applied))
    text = "kind: Mapping\nid: idp-billing\n"
    plan = world.client.post("/simulator/plan", data={"text": text}, headers=OWN_PAGE).text
    assert 'name="base" value="7"' in plan
    form = {"text": text, "base": "7", "reason": "contract 4711"}
    answer = world.client.post("/simulator/apply", data=form, headers=OWN_PAGE).text
    assert "/trust/mappings/idp-billing/history" in answer
    sent = world.bridge.all_asked("POST", "/admin/v1/apply")[0].json
    assert (sent["base"], sent["reason"]) == (7, "contract 4711")
    bad = world.client.post("/simulator/apply", data={**form, "base": "x"}, headers=OWN_PAGE)
    assert bad.status_code == 400


def publishes(issuer: str = ISSUER, **jwk: str) -> FakeFetcher:
    keys = {"keys": [{**rsa_key("k").jwk(alg="RS256", use="sig"), **jwk}]}
    metadata = {"issuer": issuer, "jwks_uri": f"{ISSUER}/keys"}
    return FakeFetcher({f"{ISSUER}/.well-known/openid-configuration": metadata, f"{ISSUER}/keys": keys})


def test_what_an_issuer_publishes_is_checked_as_the_bridge_would() -> None:
    kid = str(rsa_key("k").jwk()["kid"])
    good = looked_up(ISSUER, publishes(), kid, loopback=False)
    assert (good.problem, good.kid_is_known, [one["alg"] for one in good.keys]) == ("", True, ["RS256"])
    other = looked_up(ISSUER, publishes("https://other.example"), "", loopback=False)
    assert (other.may_pass, "names another issuer" in other.problem) == (False, True)
    assert looked_up(ISSUER, FakeFetcher(), "", loopback=False).may_pass
    assert looked_up(ISSUER, publishes(use="enc"), "", loopback=False).problem
