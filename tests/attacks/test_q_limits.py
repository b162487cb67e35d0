"""Q2, Q3: who asks too often is refused, alone, and nobody is let in because nobody could count."""

from dataclasses import dataclass

import pytest

from federation.limits.limiter import Limited, Limiter
from federation.limits.sources import source_of
from federation.model.trust import RateLimit
from federation.oauth.errors import TemporarilyUnavailable, TooManyRequests
from federation.oauth.reasons import Reason
from tests.support.fake_allowances import FakeAllowances
from tests.support.fake_clock import FixedClock
from tests.support.limited_processes import NOW, is_admitted

LIMIT = RateLimit(per_second=50, burst=100)
WIDE = RateLimit(per_second=1000, burst=1000)
SECONDS = 10


@dataclass(frozen=True, slots=True)
class Fleet:
    """Twenty processes, each of which may get anybody's request."""

    clock: FixedClock
    allowances: FakeAllowances
    processes: list[Limiter]

    def admit(self, number: int, *wanted: Limited) -> bool:
        return is_admitted(self.processes[number % len(self.processes)], *wanted)


@pytest.fixture
def fleet() -> Fleet:
    clock = FixedClock(NOW)
    allowances = FakeAllowances(clock)
    return Fleet(clock, allowances, [Limiter(allowances, clock) for _ in range(20)])


@pytest.mark.parametrize("kind", ["client", "issuer", "address"])
def test_Q2_who_exhausts_its_limit_is_refused_and_others_notice_nothing(fleet: Fleet, kind: str) -> None:
    noisy, quiet = Limited((kind, "noisy"), LIMIT), Limited((kind, "quiet"), LIMIT)
    loud = heard = asked = 0
    for step in range(SECONDS * 1000):
        loud += fleet.admit(step, noisy)
        if step % 25 == 0:  # 40 a second
            asked += 1
            heard += fleet.admit(step // 25, quiet)
        fleet.clock.advance(0.001)
    assert heard == asked
    most = LIMIT.burst + LIMIT.per_second * SECONDS
    assert 0.9 * most <= loud <= most


def test_Q2_one_noisy_client_of_an_issuer_leaves_the_issuer_to_the_others(fleet: Fleet) -> None:
    """Its refused requests do not count against what it shares."""
    issuer = Limited(("issuer", "shared"), RateLimit(per_second=100, burst=200))
    noisy, quiet = Limited(("client", "noisy"), LIMIT), Limited(("client", "quiet"), LIMIT)
    heard = asked = 0
    for step in range(SECONDS * 1000):
        fleet.admit(step, issuer, noisy)
        if step % 40 == 0:  # 25 a second
            asked += 1
            heard += fleet.admit(step // 40, issuer, quiet)
        fleet.clock.advance(0.001)
    assert heard == asked


def test_Q2_neither_a_long_name_nor_one_made_of_two_hits_anothers_bucket(fleet: Fleet) -> None:
    tight = RateLimit(per_second=1, burst=1)
    names = [
        ("client", "a"),
        ("client", "a", ""),
        ("clienta",),
        ("issuer", "a"),
        ("client", "A"),
        ("client", "a" * 2000),
    ]
    assert all(fleet.admit(0, Limited(name, tight)) for name in names)
    assert not any(fleet.admit(0, Limited(name, tight)) for name in names)


def test_Q2_who_has_a_whole_network_has_one_source(fleet: Fleet) -> None:
    tight = RateLimit(per_second=1, burst=1)
    sources = {source_of(f"2001:db8:0:1::{number:x}") for number in range(1, 100)}
    assert [fleet.admit(0, Limited(("address", source), tight)) for source in sources] == [True]


def test_Q3_a_hot_key_is_written_seldom(fleet: Fleet) -> None:
    hot = Limited(("issuer", "hot"), WIDE)
    for step in range(SECONDS * 900):
        fleet.admit(step, hot)
        fleet.clock.advance(1 / 900)
    assert len(fleet.allowances.takes) <= 60 * SECONDS


def test_Q3_a_store_that_throttles_admits_nobody(fleet: Fleet) -> None:
    fleet.allowances.failing = True
    for process in fleet.processes:
        with pytest.raises(TemporarilyUnavailable) as refused:
            process.admit([Limited(("client", "a"), LIMIT)])
        assert (refused.value.http_status, refused.value.reason) == (503, Reason.STORE_UNAVAILABLE)


def test_Q3_a_store_that_throttles_one_key_gives_the_others_back(fleet: Fleet) -> None:
    process, client, issuer = fleet.processes[0], Limited(("client", "a"), LIMIT), Limited(("issuer", "b"), LIMIT)
    for _ in range(2):
        process.admit([client])  # the second time it leases two
    fleet.allowances.failing = True
    held = 0
    for _ in range(20):
        with pytest.raises(TemporarilyUnavailable):
            process.admit([client, issuer])
        held += 1
    fleet.allowances.failing = False
    assert held == 20
    assert sum(is_admitted(process, client) for _ in range(120)) == LIMIT.burst - 2


def test_Q1_junk_is_refused_before_any_write(fleet: Fleet) -> None:
    process, address = fleet.processes[0], RateLimit(per_second=100, burst=200)
    refused = 0
    for _ in range(10_000):
        try:
            process.check_local(("192.0.2.1",), address)
        except TooManyRequests:
            refused += 1
    assert refused == 9_800
    assert fleet.allowances.takes == []
