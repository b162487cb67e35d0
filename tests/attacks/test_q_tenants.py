"""Q2 among tenants: whatever its admins write, and however many, a tenant asks no more often than a tenant may."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from federation.limits.limiter import Limiter
from federation.limits.requests import RequestLimits
from federation.model.json import Json
from federation.model.tokens import Caller
from federation.model.trust import Client, ClientAuth, RateLimit, Selector
from federation.oauth.errors import TooManyRequests
from federation.oauth.http import HttpResponse
from tests.support.attacked_bridge import Attacked, attacked, by_assertion
from tests.support.exchange_world import ISSUER, MAPPING, NOW
from tests.support.fake_allowances import FakeAllowances
from tests.support.fake_clock import FixedClock
from tests.support.fake_trust import FakeTrust
from tests.support.jose_keys import ec_key

HIGHEST: Json = {"per_second": 100_000, "burst": 100_000}
MANY = [f"many-{number}" for number in range(4)]


@pytest.fixture
def bridge() -> Iterator[Attacked]:
    """A tenant with many issuers and clients, whose documents say that they may ask without end; and another tenant."""
    with attacked() as made:
        for name in MANY:
            trust(made, name, "acme")
            made.register(name, ec_key(name), rate_limit=HIGHEST)
        trust(made, "globex", "globex")
        made.register("globex", ec_key("globex"), tenant="globex")
        made.world.tenant_rate = RateLimit(1, 6)
        made.world.restart()
        yield made


def trust(bridge: Attacked, name: str, tenant: str) -> None:
    bridge.world.write({**ISSUER, "id": name, "tenant": tenant, "issuer": url(name), "rate_limit": HIGHEST})
    mapping = {**MAPPING, "id": f"{name}-sync", "issuer": name, "principal": f"partner/{name}/sync"}
    bridge.world.write(mapping, Selector("sub", "worker"))


def url(name: str) -> str:
    return f"https://{name}.example.com"


def by_issuer(bridge: Attacked, name: str) -> HttpResponse:
    return bridge.post(bridge.foreign(iss=url(name)))


def by_client(bridge: Attacked, name: str) -> HttpResponse:
    sent = by_assertion(key=ec_key(name), iss=name, sub=name, jti=bridge.name("a"))
    return bridge.for_itself(bridge.proving(), scope="risk:read", **sent)


@pytest.mark.parametrize("ask", [by_issuer, by_client])
def test_Q2_a_tenant_with_many_issuers_or_clients_is_one_tenant(
    bridge: Attacked, ask: Callable[[Attacked, str], HttpResponse]
) -> None:
    statuses = [ask(bridge, MANY[number % 4]).status for number in range(12)]
    assert statuses == [200] * 6 + [429] * 6
    assert ask(bridge, "globex").status == 200


def test_Q2_what_its_issuers_and_its_clients_ask_is_one_sum(bridge: Attacked) -> None:
    asked = [partial(by_issuer, bridge), partial(by_client, bridge)]
    statuses = [asked[number % 2](MANY[number % 4]).status for number in range(12)]
    assert statuses == [200] * 6 + [429] * 6


def test_Q2_a_chain_is_its_tenants(bridge: Attacked) -> None:
    bridge.let_impersonate()
    bridge.world.tenant_rate = RateLimit(10, 10)
    bridge.world.restart()
    token = bridge.token(bridge.foreign())
    bridge.world.clock.advance(1)
    statuses = [bridge.post(token).status for _ in range(12)]
    assert statuses == [200] * 10 + [429] * 2
    assert by_issuer(bridge, "globex").status == 200


def test_Q2_what_a_tenants_services_have_introspected_counts_as_well() -> None:
    clock = FixedClock(NOW)
    limiter, plenty = Limiter(FakeAllowances(clock), clock), RateLimit(1000, 1000)
    limits = RequestLimits(limiter, plenty, RateLimit(1, 2), plenty, FakeTrust())
    services = [Client(f"api-{n}", 1, ClientAuth("aws_iam"), (), (), tenant="acme") for n in range(3)]
    for service in services[:2]:
        limits.admit_caller(Caller(service))
    with pytest.raises(TooManyRequests):
        limits.admit_caller(Caller(services[2]))
    limits.admit_caller(Caller(Client("theirs", 1, ClientAuth("aws_iam"), (), (), tenant="globex")))
