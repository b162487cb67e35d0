from collections.abc import Sequence

import pytest

from federation.model.json import JsonObject
from federation.model.names import IssuerName, NamedIds
from federation.model.trust import DocumentRef, Kind, Selector
from federation.trust.directory import FRESH, MAX_LOOKUPS, CachedTrust
from federation.trust.versions import ABSENT_TTL, TTL, KnownVersions
from tests.support.fake_clock import FixedClock
from tests.support.fake_current_state import FakeState
from tests.support.fake_ledger import FakeLedger
from tests.support.fake_trust import FakeTrust
from tests.support.trust_documents import AUDIENCE, ISSUER, mapping_body

WORKER = Selector("sub", "worker")
IDP = (IssuerName("token", "https://idp.example.com"),)
RESOURCE = "https://risk.example.com"


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
    return CachedTrust(fake, KnownVersions(FakeState(fake, FakeLedger(clock), clock), clock), clock)


def reads(fake: FakeTrust, trust: CachedTrust) -> int:
    """How many reads an exchange of the worker costs."""
    before = fake.reads
    trust.issuers_named(IDP)
    trust.audience("risk-engine")
    trust.exact("acme", [WORKER])
    trust.patterns("acme")
    return fake.reads - before


def test_a_warm_exchange_costs_no_read(fake: FakeTrust, trust: CachedTrust) -> None:
    fake.add(Kind.MAPPING, "sync", mapping_body(), WORKER)
    fake.add(Kind.MAPPING, "any", mapping_body())
    assert reads(fake, trust) == 6  # a name, an issuer, an audience, two of mappings and the count of them
    assert reads(fake, trust) == 0


def test_what_did_not_move_costs_one_read_however_much_of_it_there_is(
    fake: FakeTrust, trust: CachedTrust, clock: FixedClock
) -> None:
    fake.add(Kind.MAPPING, "sync", mapping_body(), WORKER)
    for number in range(40):
        fake.add(Kind.AUDIENCE, f"a-{number}", AUDIENCE)
        trust.audience(f"a-{number}")
    reads(fake, trust)
    clock.advance(TTL)
    before = fake.reads
    trust.audience("risk-engine")
    assert [trust.audience(f"a-{number}") is None for number in range(40)] == [False] * 40
    assert [one.id for one in trust.exact("acme", [WORKER])] == ["sync"]
    assert fake.reads == before + 1


def test_what_moved_is_read_again_and_nothing_else(fake: FakeTrust, trust: CachedTrust, clock: FixedClock) -> None:
    fake.add(Kind.MAPPING, "sync", mapping_body(), WORKER)
    reads(fake, trust)
    fake.add(Kind.AUDIENCE, "risk-engine", {**AUDIENCE, "enabled": False})
    clock.advance(TTL)
    before = fake.reads
    issuer, mappings, audience = trust.issuer("acme"), trust.exact("acme", [WORKER]), trust.audience("risk-engine")
    assert issuer is not None
    assert mappings
    assert audience is not None
    assert not audience.enabled
    assert fake.reads == before + 2


def test_an_identity_without_mapping_costs_one_read(fake: FakeTrust, trust: CachedTrust) -> None:
    reads(fake, trust)
    assert reads(fake, trust) == 1


def test_a_new_mapping_holds_at_once_for_an_identity_that_had_none(fake: FakeTrust, trust: CachedTrust) -> None:
    assert trust.exact("acme", [WORKER]) == ()
    fake.add(Kind.MAPPING, "sync", mapping_body(), WORKER)
    assert [mapping.id for mapping in trust.exact("acme", [WORKER])] == ["sync"]


def test_a_first_pattern_holds_by_itself_after_half_a_minute(
    fake: FakeTrust, trust: CachedTrust, clock: FixedClock
) -> None:
    assert trust.patterns("acme") == ()
    fake.add(Kind.MAPPING, "any", mapping_body())
    clock.advance(TTL)
    assert [mapping.id for mapping in trust.patterns("acme")] == ["any"]


def test_C11_what_was_changed_holds_after_thirty_seconds(
    fake: FakeTrust, trust: CachedTrust, clock: FixedClock
) -> None:
    fake.add(Kind.MAPPING, "sync", mapping_body(), WORKER)
    reads(fake, trust)
    fake.add(Kind.ISSUER, "acme", {**ISSUER, "enabled": False})
    fake.add(Kind.MAPPING, "sync", mapping_body(enabled=False), WORKER)
    assert trust.issuers_named(IDP).issuers[0].enabled
    clock.advance(TTL)
    assert trust.issuers_named(IDP).issuers == ()
    assert trust.exact("acme", [WORKER]) == ()


def test_everything_is_read_again_when_it_was_forgotten(fake: FakeTrust, trust: CachedTrust) -> None:
    fake.add(Kind.MAPPING, "sync", mapping_body(), WORKER)
    reads(fake, trust)
    trust.forget()
    fake.add(Kind.MAPPING, "sync", mapping_body(enabled=False), WORKER)
    trust.exact("acme", [WORKER])
    assert trust.exact("acme", [WORKER]) == ()


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
    fake.add(Kind.MAPPING, "sync", mapping_body(), WORKER)
    assert trust.mapping("sync") is not first


def test_a_mapping_that_is_absent_or_disabled_is_looked_for_again(
    fake: FakeTrust, trust: CachedTrust, clock: FixedClock
) -> None:
    assert trust.mapping("sync") is None
    fake.add(Kind.MAPPING, "sync", mapping_body(enabled=False), WORKER)
    clock.advance(ABSENT_TTL)
    assert trust.mapping("sync") is not None
    fake.add(Kind.MAPPING, "sync", mapping_body(), WORKER)
    trust.forget()
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
    fake.add(Kind.CLIENT, "gateway", CLIENT)
    assert trust.client("gateway") is not first


def test_a_client_that_is_absent_is_looked_for_again_within_seconds(
    fake: FakeTrust, trust: CachedTrust, clock: FixedClock
) -> None:
    assert trust.client("gateway") is None
    fake.add(Kind.CLIENT, "gateway", {**CLIENT, "enabled": False})
    assert trust.client("gateway") is None
    clock.advance(ABSENT_TTL)
    found = trust.client("gateway")
    assert found is not None
    assert not found.enabled
    fake.add(Kind.CLIENT, "gateway", CLIENT)
    clock.advance(TTL)
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


def test_Q1_a_name_that_is_no_issuers_costs_one_read_for_a_quarter_of_a_second(
    fake: FakeTrust, trust: CachedTrust, clock: FixedClock
) -> None:
    stranger = (IssuerName("token", "https://stranger.example.com"),)
    before = fake.reads
    for _ in range(50):
        assert trust.issuers_named(stranger).issuers == ()
    assert fake.reads == before + 1
    fake.add(Kind.ISSUER, "new", {**ISSUER, "issuer": "https://stranger.example.com"})
    clock.advance(FRESH)
    assert [one.id for one in trust.issuers_named(stranger).issuers] == ["new"]


def test_an_issuer_that_goes_by_another_name_is_found_by_that_alone(
    fake: FakeTrust, trust: CachedTrust, clock: FixedClock
) -> None:
    """Whoever asks looks at the name again: what is remembered of names may be old."""
    assert [one.issuer for one in trust.issuers_named(IDP).issuers] == ["https://idp.example.com"]
    fake.add(Kind.ISSUER, "acme", {**ISSUER, "issuer": "https://other.example.com"})
    clock.advance(TTL)
    assert trust.issuers_named(IDP).issuers == ()


def test_an_audience_is_found_by_its_resource(fake: FakeTrust, trust: CachedTrust) -> None:
    assert [one.id for one in trust.audiences_at(RESOURCE)] == ["risk-engine"]
    before = fake.reads
    assert [one.id for one in trust.audiences_at(RESOURCE)] == ["risk-engine"]
    assert fake.reads == before
    assert trust.audiences_at("https://nowhere.example.com") == ()


def test_a_mapping_that_moved_is_dropped_from_beside_the_others(fake: FakeTrust, trust: CachedTrust) -> None:
    """An earlier release, which counts nothing, may have written it."""
    fake.add(Kind.MAPPING, "sync", mapping_body(), WORKER)
    fake.add(Kind.MAPPING, "any", mapping_body())
    first, pattern = trust.exact("acme", [WORKER]), trust.patterns("acme")
    trust.forget_documents([DocumentRef(Kind.MAPPING, "sync"), DocumentRef(Kind.MAPPING, "any")])
    assert trust.exact("acme", [WORKER]) is not first
    assert trust.patterns("acme") is not pattern


def test_names_are_kept_while_nobody_gets_them_or_loses_them(
    fake: FakeTrust, trust: CachedTrust, clock: FixedClock
) -> None:
    trust.issuers_named(IDP)
    trust.audiences_at(RESOURCE)
    for _ in range(3):
        clock.advance(TTL)
        before = fake.reads
        assert [one.id for one in trust.issuers_named(IDP).issuers] == ["acme"]
        assert [one.id for one in trust.audiences_at(RESOURCE)] == ["risk-engine"]
        assert fake.reads == before + 1
    fake.add(Kind.ISSUER, "beta", ISSUER)
    fake.add(Kind.AUDIENCE, "twin", AUDIENCE)
    clock.advance(TTL)
    assert [one.id for one in trust.issuers_named(IDP).issuers] == ["acme", "beta"]
    assert [one.id for one in trust.audiences_at(RESOURCE)] == ["risk-engine", "twin"]


def test_a_request_does_not_rest_on_who_else_has_the_name(fake: FakeTrust, clock: FixedClock) -> None:
    versions = KnownVersions(FakeState(fake, FakeLedger(clock), clock), clock)
    trust = CachedTrust(fake, versions, clock)
    for _ in range(2):
        versions.begin()
        trust.issuers_named(IDP)
        assert set(versions.touched()) == {DocumentRef(Kind.ISSUER, "acme")}


class Torn(FakeTrust):
    """Somebody writes between two items of the read that looks up a name."""

    def issuer_ids(self, names: Sequence[IssuerName]) -> NamedIds:
        found = super().issuer_ids(names)
        if self.versions([DocumentRef(Kind.ISSUER, "beta")]):
            return found._replace(before=())
        self.add(Kind.ISSUER, "beta", ISSUER)
        return found._replace(counts=super().issuer_ids(names).counts, before=())


def test_what_was_written_amidst_a_look_up_is_found_half_a_minute_later(clock: FixedClock) -> None:
    fake = Torn()
    fake.add(Kind.ISSUER, "acme", ISSUER)
    trust = CachedTrust(fake, KnownVersions(FakeState(fake, FakeLedger(clock), clock), clock), clock)
    assert [one.id for one in trust.issuers_named(IDP).issuers] == ["acme"]
    clock.advance(TTL)
    assert [one.id for one in trust.issuers_named(IDP).issuers] == ["acme", "beta"]
