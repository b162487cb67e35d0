"""The first view: it draws what the API counted, arrives by itself, and says what to do where nothing is."""

from collections.abc import Iterator
from typing import Any

import pytest

from federation.console.views.table import views
from tests.support.console_world import ConsoleWorld, console_world
from tests.support.fake_bridge import Reply

MARKUP = "<script>alert(1)</script>"
STATS: dict[str, Any] = {
    "tenant": None,
    "since": "2026-11-30T10:45:00+00:00",
    "bucket": 60,
    "exchanges": {"total": [1.0, 2.0], "by_issuer": [{"tenant": None, "issuer": MARKUP, "values": [1.0, 2.0]}]},
    "refusals": {"total": [0.0, 0.0], "by_issuer": [], "by_reason": []},
    "keys": [{"kid": MARKUP, "state": "active", "moves_at": "2026-12-30T11:44:46+00:00", "becomes": "retired"}],
    "stale_issuers": ["acme-okta"],
    "cost": {"dollars": 1.5, "tenants": []},
    "waiting": {"confirmations": 2, "approvals": 100},
}


SIGNAL = {
    "title": MARKUP,
    "score": 80,
    "what": "principal",
    "value": MARKUP,
    "at": "2026-11-30T10:45:00Z",
    "correlation_ids": ["a&b"],
    "raises_risk": True,
}


@pytest.fixture
def world() -> Iterator[ConsoleWorld]:
    with console_world() as made:
        made.bridge.admin("GET", "/stats", Reply(STATS))
        made.bridge.admin("GET", "/signals", Reply({"items": [SIGNAL], "next": None}))
        yield made.sign_in()


def test_it_says_what_waits_and_what_is_counted(world: ConsoleWorld) -> None:
    answer = world.client.get("/overview?window=1h")
    assert [one.query for one in world.bridge.asked] == [{"window": "1h"}, {"since": "1h", "limit": "8"}]
    for told in (
        "/why?about=a%26b",
        "100+",
        "Read and confirm",
        'href="/trust/issuers/acme-okta"',
        "$1.50",
        "Nothing was refused",
    ):
        assert told in answer.text
    assert MARKUP not in answer.text
    assert 'data-live="/overview-live?window=1h"' in answer.text


def test_a_tenants_admin_is_not_told_everybodys_reasons(world: ConsoleWorld) -> None:
    refusals = {"total": [0.0, 0.0], "by_issuer": [], "by_reason": None}
    world.bridge.admin("GET", "/stats", Reply({**STATS, "tenant": "acme", "refusals": refusals}))
    answer = world.client.get("/overview")
    assert ("Refused, by reason" in answer.text, "Of tenant acme alone" in answer.text) == (False, True)


def test_a_window_that_is_none_is_not_asked_for(world: ConsoleWorld) -> None:
    assert (world.client.get("/overview?window=1y").status_code, world.bridge.asked) == (400, [])


def test_it_is_the_first_view_and_every_view_has_a_key_of_its_own(world: ConsoleWorld) -> None:
    assert world.client.get("/").headers["location"] == "/overview"
    keys = [view.key for view in views()]
    assert len(set(keys)) == len(keys)
