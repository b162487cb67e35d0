import pytest

from federation.model.json import JsonObject
from federation.model.trust import Kind, Selector
from federation.trust.directory import MAX_LOOKUPS, NO_PATTERNS_TTL, STRANGER_TTL, TTL, CachedTrust
from tests.support.fake_clock import FixedClock
from tests.support.fake_trust import FakeTrust
from tests.support.trust_documents import AUDIENCE, ISSUER, mapping_body

WORKER = Selector("sub", "worker")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def fake() -> FakeTrust:
    trust = FakeTrust()
    trust.add(Kind.ISSUER, "acme", ISSUER)
    trust.add(Kind.AUDIENCE, "risk-engine", AUDIENCE)
    return trust


@pytest.fixture
def trust(fake: FakeTrust, clock: FixedClock) -> CachedTrust:
    return CachedTrust(fake, fake, fake, clock)


def reads(fake: FakeTrust, trust: CachedTrust) -> int:
    """How many reads an exchange of the worker costs."""
    before = fake.reads
    trust.issuers()
    trust.audiences()
    trust.exact("acme", [WORKER])
    trust.patterns("acme")
    return fake.reads - before


def test_a_warm_exchange_costs_no_read(fake: FakeTrust, trust: CachedTrust) -> None:
    fake.add(Kind.MAPPING, "sync", mapping_body(), WORKER)
    fake.add(Kind.MAPPING, "any", mapping_body())
    assert reads(fake, trust) == 4
    assert reads(fake, trust) == 0
    assert trust.issuers() is trust.issuers()
    assert trust.audiences() is trust.audiences()


def test_an_identity_without_mapping_costs_one_read(fake: FakeTrust, trust: CachedTrust) -> None:
    reads(fake, trust)
    assert reads(fake, trust) == 1


def test_a_new_mapping_holds_at_once_for_an_identity_that_had_none(fake: FakeTrust, trust: CachedTrust) -> None:
    assert trust.exact("acme", [WORKER]) == ()
    fake.add(Kind.MAPPING, "sync", mapping_body(), WORKER)
    assert [mapping.id for mapping in trust.exact("acme", [WORKER])] == ["sync"]


def test_a_first_pattern_holds_within_seconds(fake: FakeTrust, trust: CachedTrust, clock: FixedClock) -> None:
    assert trust.patterns("acme") == ()
    fake.add(Kind.MAPPING, "any", mapping_body())
    clock.advance(NO_PATTERNS_TTL)
    assert [mapping.id for mapping in trust.patterns("acme")] == ["any"]


def test_C11_what_was_changed_holds_after_thirty_seconds(
    fake: FakeTrust, trust: CachedTrust, clock: FixedClock
) -> None:
    fake.add(Kind.MAPPING, "sync", mapping_body(), WORKER)
    reads(fake, trust)
    fake.add(Kind.ISSUER, "acme", {**ISSUER, "enabled": False})
    fake.add(Kind.MAPPING, "sync", mapping_body(enabled=False), WORKER)
    assert trust.issuers()[0].enabled
    clock.advance(TTL)
    assert not trust.issuers()[0].enabled
    assert trust.exact("acme", [WORKER]) == ()


def test_everything_is_read_again_when_it_was_forgotten(fake: FakeTrust, trust: CachedTrust) -> None:
    fake.add(Kind.MAPPING, "sync", mapping_body(), WORKER)
    reads(fake, trust)
    trust.forget()
    assert reads(fake, trust) == 4


def test_lookups_of_different_issuers_and_selectors_are_kept_apart(fake: FakeTrust, trust: CachedTrust) -> None:
    fake.add(Kind.MAPPING, "sync", mapping_body(), WORKER)
    trust.exact("acme", [WORKER])
    assert trust.exact("other", [WORKER]) == ()
    assert trust.exact("acme", [Selector("sub", "another")]) == ()


def test_Q4_lookups_are_bounded(fake: FakeTrust, trust: CachedTrust) -> None:
    for number in range(MAX_LOOKUPS + 1):
        selector = Selector("sub", str(number))
        fake.add(Kind.MAPPING, str(number), mapping_body(), selector)
        trust.exact("acme", [selector])
    before = fake.reads
    trust.exact("acme", [Selector("sub", "1")])
    assert fake.reads == before
    trust.exact("acme", [Selector("sub", "0")])
    assert fake.reads == before + 1


def test_a_mapping_is_read_by_its_id_once(fake: FakeTrust, trust: CachedTrust) -> None:
    fake.add(Kind.MAPPING, "sync", mapping_body(), WORKER)
    first, before = trust.mapping("sync"), fake.reads
    assert first is not None
    assert trust.mapping("sync") is first
    assert fake.reads == before
    trust.forget()
    assert trust.mapping("sync") is not first


def test_a_mapping_that_is_absent_or_disabled_is_looked_for_again(fake: FakeTrust, trust: CachedTrust) -> None:
    assert trust.mapping("sync") is None
    fake.add(Kind.MAPPING, "sync", mapping_body(enabled=False), WORKER)
    assert trust.mapping("sync") is not None
    fake.add(Kind.MAPPING, "sync", mapping_body(), WORKER)
    found = trust.mapping("sync")
    assert found is not None
    assert found.enabled


CLIENT: JsonObject = {
    "auth": {"method": "aws_iam", "role": "arn:aws:iam::123456789012:role/gateway"},
    "audiences": ["risk-engine"],
    "scopes": ["risk:read"],
}


def test_a_client_is_read_once(fake: FakeTrust, trust: CachedTrust) -> None:
    fake.add(Kind.CLIENT, "gateway", CLIENT)
    first, before = trust.client("gateway"), fake.reads
    assert first is not None
    assert trust.client("gateway") is first
    assert fake.reads == before
    trust.forget()
    assert trust.client("gateway") is not first


def test_a_client_that_is_absent_or_disabled_is_looked_for_again_within_seconds(
    fake: FakeTrust, trust: CachedTrust, clock: FixedClock
) -> None:
    assert trust.client("gateway") is None
    fake.add(Kind.CLIENT, "gateway", {**CLIENT, "enabled": False})
    assert trust.client("gateway") is None
    clock.advance(STRANGER_TTL)
    found = trust.client("gateway")
    assert found is not None
    assert not found.enabled
    fake.add(Kind.CLIENT, "gateway", CLIENT)
    clock.advance(STRANGER_TTL)
    found = trust.client("gateway")
    assert found is not None
    assert found.enabled


def test_L10_a_client_that_is_not_there_costs_no_more_reads_than_one_that_is(
    fake: FakeTrust, trust: CachedTrust
) -> None:
    fake.add(Kind.CLIENT, "gateway", CLIENT)
    fake.add(Kind.CLIENT, "disabled", {**CLIENT, "enabled": False})
    for name in ("gateway", "disabled", "stranger"):
        before = fake.reads
        for _ in range(3):
            trust.client(name)
        assert fake.reads == before + 1


def test_Q4_names_that_somebody_made_up_push_no_client_out(fake: FakeTrust, trust: CachedTrust) -> None:
    fake.add(Kind.CLIENT, "gateway", CLIENT)
    trust.client("gateway")
    for number in range(MAX_LOOKUPS + 1):
        trust.client(f"stranger-{number}")
    before = fake.reads
    trust.client("gateway")
    assert fake.reads == before


def test_a_client_and_a_mapping_of_one_name_do_not_meet(fake: FakeTrust, trust: CachedTrust) -> None:
    fake.add(Kind.MAPPING, "sync", mapping_body(), WORKER)
    assert trust.mapping("sync") is not None
    assert trust.client("sync") is None
