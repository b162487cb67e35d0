"""Q1, Q2: anybody may name a client that proves nothing, and nobody exhausts one by its name alone."""

from collections.abc import Iterator

import pytest

from federation.model.json import Json
from federation.model.trust import RateLimit
from federation.oauth.http import HttpResponse
from tests.support.attacked_bridge import Attacked, attacked
from tests.support.exchange_world import ISSUER, MAPPING
from tests.support.jose_keys import ec_key
from tests.support.public_clients import PUBLIC, World

TIGHT = RateLimit(1, 3)
LIMIT: dict[str, Json] = {"per_second": 1, "burst": 3}
STRANGER = "https://idp.globex.example"


@pytest.fixture
def bridge() -> Iterator[Attacked]:
    """Acme's public client, and another tenant whose people may get tokens as well."""
    with attacked() as made:
        made.world.write({**ISSUER, "id": "globex", "tenant": "globex", "issuer": STRANGER})
        made.register("spa", auth={"method": "none"}, sender_constraint="dpop", rate_limit=LIMIT)
        yield made


def ask(bridge: Attacked, **claims: Json) -> HttpResponse:
    return bridge.post(bridge.foreign(**claims), bridge.proving(ec_key(bridge.name("k"))), client_id="spa")


@pytest.mark.parametrize("mapped", [True, False], ids=["mapped", "without mapping"])
def test_Q2_another_tenant_does_not_exhaust_a_client_by_naming_it(bridge: Attacked, mapped: bool) -> None:
    if mapped:
        bridge.world.write({**MAPPING, "id": "globex-sync", "issuer": "globex", "principal": "partner/globex/sync"})
    for _ in range(10):
        assert ask(bridge, iss=STRANGER).status != 200
    assert [ask(bridge).status for _ in range(5)] == [200] * 3 + [429] * 2


@pytest.mark.parametrize("stranger", ["of another tenant", "without mapping"])
def test_Q2_nor_does_a_request_that_is_refused_spend_what_is_leased(bridge: Attacked, stranger: str) -> None:
    """Else every good request of others would cost a call, for a lease of which strangers spend the rest."""
    busy: dict[str, Json] = {"per_second": 1000, "burst": 1000}
    bridge.register("spa", auth={"method": "none"}, sender_constraint="dpop", rate_limit=busy)
    bridge.world.write({**ISSUER, "rate_limit": busy})
    takes = bridge.world.allowances.takes
    wrong: dict[str, Json] = {"iss": STRANGER} if stranger == "of another tenant" else {"sub": "nobody"}

    def calls(strangers: int) -> int:
        """That forty good requests take, with so many others before each."""
        before = len(takes)
        for _ in range(40):
            assert {ask(bridge, **wrong).status for _ in range(strangers)} <= {400}
            assert ask(bridge).status == 200
            bridge.world.clock.advance(0.01)
        return len(takes) - before

    calls(0)  # from then on leases are as large as they will be
    assert calls(12) <= calls(0) + 3


def test_Q2_whoever_names_it_in_vain_asks_no_more_often_than_the_client(bridge: Attacked) -> None:
    bridge.world.write({**ISSUER, "id": "globex", "tenant": "globex", "issuer": STRANGER})
    assert [ask(bridge, iss=STRANGER).status for _ in range(5)] == [400] * 3 + [429] * 2


@pytest.mark.parametrize("path", ["revoke", "introspect"])
def test_Q1_naming_a_client_costs_no_write_and_counts_for_whoever_does(path: str) -> None:
    world = World(rate_limit=TIGHT)
    junk = [getattr(world, path)("a.b.c", client_id=PUBLIC).status for _ in range(20)]
    assert junk == [401] * 20
    assert world.issued.allowances.takes == []


def test_Q1_they_are_counted_by_their_address() -> None:
    world = World(address_rate=TIGHT)
    assert [world.revoke("a.b.c", client_id=PUBLIC).status for _ in range(5)] == [401] * 3 + [429] * 2
