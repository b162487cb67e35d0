"""Q1 to Q3 in the whole pipeline: junk costs nothing, who asks too often is refused alone, nobody goes uncounted."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from federation.model.json import Json
from federation.model.trust import RateLimit, Selector
from federation.oauth.http import HttpResponse
from federation.oauth.identifiers import TokenType
from federation.trust.memory import FRESH
from tests.support.attacked_bridge import Attacked, Connection, attacked, by_assertion
from tests.support.dpop import proof
from tests.support.exchange_world import ISSUER, MAPPING, NOW, body, subject_token
from tests.support.jose_keys import ec_key

TIGHT: Json = {"per_second": 1, "burst": 3}
SLOW_DOWN = ("slow_down", "rate_limited", 429)


@pytest.fixture
def bridge() -> Iterator[Attacked]:
    """A warm one, with two issuers and two clients."""
    with attacked() as made:
        made.world.write({**ISSUER, "id": "globex", "issuer": "https://idp.globex.example.com"})
        globex = {**MAPPING, "id": "globex-sync", "issuer": "globex", "principal": "partner/globex/sync"}
        made.world.write(globex, Selector("sub", "worker"))
        for name in ("noisy", "quiet"):
            made.register(name, ec_key(name))
            made.token(None, **by(made, name))
        made.token()
        made.token(of_globex(made))
        yield made


def by(bridge: Attacked, name: str) -> dict[str, Json]:
    now = int(bridge.world.clock.at)
    times: dict[str, Any] = {"iat": now, "exp": now + 60}
    return by_assertion(key=ec_key(name), iss=name, sub=name, jti=bridge.name("a"), **times)


def of_globex(bridge: Attacked) -> str:
    return bridge.foreign(iss="https://idp.globex.example.com")


def test_Q2_what_was_counted_for_a_request_that_is_then_refused_is_given_back(bridge: Attacked) -> None:
    """An address does not pay for a client of another process that had nothing left."""
    world, address = bridge.world, ("address", "192.0.2.7")
    world.address_rate = RateLimit(1000, 1000)
    bridge.register("noisy", ec_key("noisy"), rate_limit=TIGHT)
    world.restart()
    here = world.endpoint
    for _ in range(4):  # takes 1, 2, 4: three are left
        bridge.token()
    world.restart()
    assert [bridge.post(None, **by(bridge, "noisy")).status for _ in range(4)] == [200] * 3 + [429]
    world.endpoint = here
    before = world.allowances.takes.count(address)
    bridge.refused(lambda: bridge.post(None, **by(bridge, "noisy")), *SLOW_DOWN)
    for _ in range(3):
        bridge.token()
    assert world.allowances.takes.count(address) == before
    bridge.token()
    assert world.allowances.takes.count(address) == before + 1


BROKEN = subject_token()[:-6] + "AAAAAA"
ELSEWHERE = subject_token(aud="https://elsewhere.example.com")
MTLS = TokenType.MTLS.value
JUNK: dict[str, tuple[str | None, Connection, dict[str, Any]]] = {
    "no token at all": ("x" * 60_000, Connection(), {}),
    "three segments of nothing": ("a.b.c", Connection(), {}),
    "a token of 16 KiB": (f"{'a' * 8000}.{'b' * 8000}.c", Connection(), {}),
    "a bad signature": (BROKEN, Connection(), {}),
    "an unknown issuer": (subject_token(iss="https://stranger.example.com"), Connection(), {}),
    "an unknown kid": (subject_token(ec_key("nobody")), Connection(), {}),
    "an expired token": (subject_token(exp=NOW - 100), Connection(), {}),
    "a token for somebody else": (ELSEWHERE, Connection(), {}),
    "a broken proof": (None, Connection("a.b.c"), {}),
    "a proof for somebody else": (None, Connection(proof(htu="https://elsewhere.example.com/token")), {}),
    "a proof without a nonce": (None, Connection(proof()), {}),
    "a broken certificate": (
        "mtls",
        Connection(certificate="-----BEGIN CERTIFICATE-----"),
        {"subject_token_type": MTLS},
    ),
    "a forged assertion": (None, Connection(), by_assertion(key=ec_key("wrong"), iss="noisy", sub="noisy")),
    "a broken assertion": (None, Connection(), by_assertion("a.b.c")),
    "a secret": (None, Connection(), {"client_id": "noisy", "client_secret": "x"}),
    "an unknown grant": (None, Connection(), {"grant_type": "password"}),
    "an unknown type": (None, Connection(), {"subject_token_type": "urn:x"}),
    "a broken actor": (None, Connection(), {"actor_token": "x", "actor_token_type": TokenType.JWT.value}),
    "a broken scope": (None, Connection(), {"scope": '"'}),
    "broken details": (None, Connection(), {"authorization_details": "[[[["}),
}


@pytest.mark.parametrize("name", JUNK)
def test_Q1_junk_costs_no_call(bridge: Attacked, name: str) -> None:
    token, over, parameters = JUNK[name]
    world = bridge.world
    for _ in range(2):
        look_around(bridge)
        assert _ask(bridge, "noisy").status == 200
        before = calls(bridge)
        response = bridge.post(token, over, **parameters)
        assert response.status in (400, 401)
        assert "access_token" not in body(response)
        assert calls(bridge) == before
        world.clock.advance(31)  # long enough for what is remembered to be looked at again


def look_around(bridge: Attacked) -> None:
    """Some refusals are worth a look at whether an edit has made them wrong, unless somebody looked a moment ago."""
    bridge.post(BROKEN)
    bridge.post(subject_token(iss="https://stranger.example.com"))  # a name that is no issuer's is known for as long
    bridge.post(ELSEWHERE)  # and so is an audience that no issuer of that name has


@pytest.mark.parametrize("junk", [BROKEN, ELSEWHERE])
def test_Q1_a_flood_that_an_edit_might_have_made_right_costs_a_few_reads_a_second(bridge: Attacked, junk: str) -> None:
    look_around(bridge)
    world = bridge.world
    before = world.state.reads, world.trust.reads
    for _ in range(300):
        world.clock.advance(0.01)
        bridge.post(junk)
    assert world.state.reads - before[0] <= 3 / FRESH
    assert world.trust.reads - before[1] <= 3 / FRESH


def calls(bridge: Attacked) -> dict[str, object]:
    """Everything that would have been a call or a write."""
    world = bridge.world
    return {
        "documents": world.trust.reads,
        "what stands": world.state.reads,
        "allowances": len(world.allowances.takes),
        "signatures": len(world.signer.signed),
        "records": len(world.ledger.records),
        "claims": len(world.ledger.claims),
        "fetches": len(world.web.fetched),
        "approvals": len(world.approvals.kept),
    }


def test_Q1_a_flood_of_junk_is_counted_here_and_costs_no_call_either(bridge: Attacked) -> None:
    flooded(bridge, RateLimit(per_second=10, burst=20))
    before = calls(bridge)
    answers = [bridge.post("garbage", Connection(source_ip="198.51.100.1")) for _ in range(100)]
    assert [answer.status for answer in answers] == [400] * 20 + [429] * 80
    assert calls(bridge) == before
    bridge.refused(lambda: bridge.post(None, Connection(source_ip="198.51.100.1")), *SLOW_DOWN)
    assert bridge.post(None, Connection(source_ip="198.51.100.2")).status == 200
    bridge.world.clock.advance(1)
    assert bridge.post(bridge.foreign(), Connection(source_ip="198.51.100.1")).status == 200


def flooded(bridge: Attacked, limit: RateLimit) -> None:
    bridge.world.address_rate = limit
    bridge.world.restart()
    bridge.token(None, Connection(source_ip="203.0.113.99"))


def test_Q2_an_issuer_that_asks_too_often_is_refused_alone(bridge: Attacked) -> None:
    bridge.world.write({**ISSUER, "rate_limit": TIGHT})
    bridge.world.clock.advance(31)
    statuses = [bridge.post(bridge.foreign()).status for _ in range(8)]
    assert statuses == [200] * 3 + [429] * 5
    refusal = bridge.refused_unsigned(partial(bridge.post, bridge.foreign()), *SLOW_DOWN)
    assert int(refusal.headers["retry-after"]) >= 1
    assert bridge.post(of_globex(bridge)).status == 200
    bridge.world.clock.advance(int(refusal.headers["retry-after"]))
    bridge.token(bridge.foreign())


def test_Q2_a_client_that_asks_too_often_is_refused_alone(bridge: Attacked) -> None:
    bridge.register("noisy", ec_key("noisy"), rate_limit=TIGHT)
    bridge.world.clock.advance(31)
    statuses = [_ask(bridge, "noisy").status for _ in range(8)]
    assert statuses == [200] * 3 + [429] * 5
    assert [_ask(bridge, "quiet").status for _ in range(8)] == [200] * 8
    assert [bridge.post(bridge.foreign()).status for _ in range(8)] == [200] * 8


def _ask(bridge: Attacked, name: str) -> HttpResponse:
    return bridge.post(bridge.foreign(), **by(bridge, name))


def test_Q2_a_client_that_asks_for_itself_is_counted_as_well(bridge: Attacked) -> None:
    bridge.register("noisy", ec_key("noisy"), rate_limit=TIGHT)
    bridge.world.clock.advance(31)
    statuses = []
    for _ in range(5):
        sent = by(bridge, "noisy")
        statuses.append(bridge.for_itself(bridge.proving(), scope="risk:read", **sent).status)
    assert statuses == [200] * 3 + [429] * 2


def test_Q2_a_chain_counts_where_its_root_does(bridge: Attacked) -> None:
    bridge.let_impersonate()
    bridge.world.clock.advance(31)
    token = bridge.token(bridge.foreign())
    bridge.world.issuer_rate = RateLimit(1, 3)
    bridge.world.restart()
    statuses = [bridge.post(token).status for _ in range(5)]
    assert statuses == [200] * 3 + [429] * 2
    assert bridge.post(bridge.foreign()).status == 429
    assert bridge.post(of_globex(bridge)).status == 200


def test_Q2_an_address_that_asks_too_often_is_refused_alone_wherever_it_is_let_in(bridge: Attacked) -> None:
    """Each process counts what knocks; all of them together count who is let in."""
    bridge.world.address_rate = RateLimit(1, 3)
    statuses = []
    for _ in range(6):
        bridge.world.restart()
        statuses.append(bridge.post(bridge.foreign(), Connection(source_ip="198.51.100.1")).status)
    assert statuses == [200] * 3 + [429] * 3
    assert bridge.post(bridge.foreign(), Connection(source_ip="198.51.100.2")).status == 200


def test_Q2_what_a_header_says_of_an_address_is_not_counted(bridge: Attacked) -> None:
    bridge.world.address_rate = RateLimit(1, 3)
    bridge.world.restart()
    statuses = []
    for number in range(6):
        forged = (("x-forwarded-for", f"198.51.100.{number}"), ("forwarded", f"for=198.51.100.{number}"))
        statuses.append(bridge.post(bridge.foreign(), Connection(headers=forged)).status)
    assert statuses == [200] * 3 + [429] * 3


def test_Q2_what_is_refused_for_its_rate_uses_nothing_up(bridge: Attacked) -> None:
    bridge.world.write({**ISSUER, "single_use": True, "rate_limit": TIGHT})
    bridge.world.clock.advance(31)
    for _ in range(3):
        bridge.token(bridge.foreign())
    token, over = bridge.foreign(), bridge.proving()
    bridge.refused(lambda: bridge.post(token, over), *SLOW_DOWN)
    bridge.world.clock.advance(3)
    bridge.token(token, over)


def test_Q3_where_nobody_can_count_nobody_is_let_in(bridge: Attacked) -> None:
    """The limit is asked beside the signature, which is thrown away."""
    bridge.world.clock.advance(31)
    bridge.world.allowances.failing = True
    unavailable = ("temporarily_unavailable", "store_unavailable", 503)
    answer = bridge.refused(lambda: bridge.post(bridge.foreign()), *unavailable)
    assert int(answer.headers["retry-after"]) >= 1
    bridge.refused(lambda: _ask(bridge, "quiet"), *unavailable)
    bridge.world.allowances.failing = False
    bridge.token(bridge.foreign())


def test_Q3_what_was_leased_is_spent_and_not_more(bridge: Attacked) -> None:
    """A process that holds a lease goes on for a moment; it never makes tokens out of nothing."""
    for _ in range(4):
        bridge.token(bridge.foreign())
    bridge.world.allowances.failing = True
    statuses = [bridge.post(bridge.foreign()).status for _ in range(400)]
    assert statuses.index(503) <= 40
    assert 200 not in statuses[statuses.index(503) :]
