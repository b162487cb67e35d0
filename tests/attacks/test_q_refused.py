"""Q1, Q2: who is refused counts as well. Nobody asks without end for what policies, mappings or people then refuse."""

from collections.abc import Iterator

import pytest

from federation.model.json import Json
from federation.model.trust import RateLimit
from federation.oauth.http import HttpResponse
from tests.support.attacked_bridge import Attacked, attacked, by_assertion, issued
from tests.support.exchange_world import AUDIENCE, ISSUER, MAPPING, reason
from tests.support.jose_keys import ec_key

TIGHT: dict[str, Json] = {"per_second": 1, "burst": 3}
FORBID = "forbid (principal, action, resource);"
ASK = '@require_approval("sign it off") permit (principal, action, resource);'


@pytest.fixture
def bridge() -> Iterator[Attacked]:
    with attacked() as made:
        made.world.write({**ISSUER, "rate_limit": TIGHT})
        yield made


def asked(bridge: Attacked, times: int = 8, **claims: Json) -> list[str]:
    return [reason(bridge.post(bridge.foreign(**claims))) for _ in range(times)]


def test_Q2_who_is_refused_by_a_policy_asks_no_more_often_than_anybody(bridge: Attacked) -> None:
    bridge.world.write({"kind": "Policy", "id": "never", "cedar": FORBID})
    assert asked(bridge) == ["policy_denied"] * 3 + ["rate_limited"] * 5
    bridge.world.clock.advance(2)
    assert asked(bridge, 3) == ["policy_denied"] * 2 + ["rate_limited"]


def test_Q2_who_has_no_mapping_does_not_search_for_one_without_end(bridge: Attacked) -> None:
    assert asked(bridge, sub="somebody") == ["no_mapping"] * 3 + ["rate_limited"] * 5


def test_Q2_nobody_asks_people_for_thousands_of_approvals(bridge: Attacked) -> None:
    """Each is another question, with a notice to whoever decides."""
    details: Json = [{"type": "wire", "fields": {"to": []}}]
    bridge.world.write({"kind": "Policy", "id": "ask", "cedar": ASK})
    bridge.world.write({**AUDIENCE, "authorization_details": details})
    grants: Json = [{"audience": "risk-engine", "scopes": ["risk:read"], "authorization_details": ["wire"]}]
    bridge.world.write({**MAPPING, "grants": grants})
    answers = [
        reason(bridge.post(bridge.foreign(), authorization_details=f'[{{"type":"wire","to":"{number}"}}]'))
        for number in range(8)
    ]
    assert answers == ["approval_pending"] * 3 + ["rate_limited"] * 5
    assert len(bridge.world.approvals.kept) == 3


def test_Q2_a_client_that_is_refused_for_its_rate_leaves_its_neighbours_alone(bridge: Attacked) -> None:
    bridge.world.issuer_rate = RateLimit(10_000, 10_000)
    bridge.world.write({**ISSUER, "rate_limit": {"per_second": 1, "burst": 6}})
    bridge.register("noisy", ec_key("noisy"), rate_limit=TIGHT)

    def ask() -> HttpResponse:
        sent = by_assertion(key=ec_key("noisy"), iss="noisy", sub="noisy", jti=bridge.name("a"))
        return bridge.post(bridge.foreign(), **sent)

    assert [ask().status for _ in range(20)] == [200] * 3 + [429] * 17
    assert [bridge.post(bridge.foreign()).status for _ in range(3)] == [200] * 3


def test_Q2_a_chain_is_limited_as_its_root_says(bridge: Attacked) -> None:
    """And not by the deployment's default, in a bucket of its own."""
    bridge.let_impersonate()
    token = bridge.token(bridge.foreign())
    assert [bridge.post(token).status for _ in range(5)] == [200] * 2 + [429] * 3
    assert bridge.post(bridge.foreign()).status == 429


def test_Q2_the_chains_of_one_client_leave_those_of_another_alone(bridge: Attacked) -> None:
    bridge.let_impersonate()
    chains = {}
    for name in ("noisy", "quiet"):
        bridge.register(name, ec_key(name))
        over, sent = bridge.proving(), by_assertion(key=ec_key(name), iss=name, sub=name, jti=bridge.name("a"))
        chains[name] = issued(bridge.for_itself(over, scope="risk:read", **sent))
    bridge.world.issuer_rate = RateLimit(1, 2)
    bridge.world.restart()
    assert [_continued(bridge, "noisy", chains["noisy"]).status for _ in range(4)] == [200] * 2 + [429] * 2
    assert _continued(bridge, "quiet", chains["quiet"]).status == 200


def _continued(bridge: Attacked, name: str, token: str) -> HttpResponse:
    sent = by_assertion(key=ec_key(name), iss=name, sub=name, jti=bridge.name("a"))
    return bridge.post(token, bridge.proving(), scope="risk:read", **sent)
