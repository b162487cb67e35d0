from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from federation.limits.limiter import Limited, Limiter
from federation.model.trust import RateLimit
from federation.oauth.errors import TemporarilyUnavailable, TooManyRequests
from tests.support.fake_allowances import FakeAllowances
from tests.support.fake_clock import FixedClock
from tests.support.limited_processes import is_admitted

NOW = 1_800_000_000
LIMIT = RateLimit(per_second=10, burst=20)
HOT = RateLimit(per_second=200, burst=400)
CLIENT = Limited(("client", "a"), LIMIT)
ISSUER = Limited(("issuer", "b"), RateLimit(per_second=1, burst=2))


@dataclass(frozen=True, slots=True)
class World:
    """A store that processes share, and one of them."""

    clock: FixedClock
    allowances: FakeAllowances
    limiter: Limiter

    def another(self) -> Limiter:
        return Limiter(self.allowances, self.clock)

    def exhaust(self, limited: Limited) -> None:
        """By others."""
        while self.allowances.take(limited.key, limited.limit, 1) == 0.0:
            pass
        self.allowances.takes.clear()


@pytest.fixture
def world() -> World:
    clock = FixedClock(NOW)
    allowances = FakeAllowances(clock)
    return World(clock, allowances, Limiter(allowances, clock))


def refusal(limiter: Limiter, *wanted: Limited) -> TooManyRequests:
    with pytest.raises(TooManyRequests) as refused:
        limiter.admit(wanted)
    return refused.value


def test_a_burst_is_admitted_and_not_one_more(world: World) -> None:
    assert [is_admitted(world.limiter, CLIENT) for _ in range(25)] == [True] * 20 + [False] * 5


def test_a_refusal_says_when_to_come_back_in_whole_seconds_rounded_up(world: World) -> None:
    slow = Limited(("client", "slow"), RateLimit(per_second=1, burst=1))
    world.limiter.admit([slow])
    world.clock.advance(0.25)
    refused = refusal(world.limiter, slow)
    assert (refused.http_status, refused.error, refused.reason) == (429, "slow_down", "rate_limited")
    assert refused.headers == {"retry-after": "1"}


@pytest.mark.parametrize("limit", [RateLimit(1, 1), RateLimit(1, 5), RateLimit(3, 1), LIMIT, HOT, RateLimit(1000, 7)])
def test_who_comes_back_as_told_is_admitted(world: World, limit: RateLimit) -> None:
    limited = Limited(("client", "a"), limit)
    for _ in range(20):
        while is_admitted(world.limiter, limited):
            pass
        world.clock.advance(refusal(world.limiter, limited).retry_after)
        world.limiter.admit([limited])


def test_what_was_refused_is_refused_again_without_a_call_and_the_wait_grows_shorter(world: World) -> None:
    slow = Limited(("client", "slow"), RateLimit(per_second=1, burst=60))
    world.limiter.admit([slow])
    world.allowances.take(slow.key, slow.limit, 59)
    refusal(world.limiter, slow)
    world.allowances.takes.clear()
    for _ in range(100):
        world.clock.advance(0.004)
        assert refusal(world.limiter, slow).retry_after == 1
    assert world.allowances.takes == []


def test_of_ten_requests_of_a_hot_key_one_costs_a_call(world: World) -> None:
    hot = Limited(("client", "hot"), HOT)
    for _ in range(1000):
        world.limiter.admit([hot])
        world.clock.advance(0.01)
    assert len(world.allowances.takes) <= 105


def test_who_asks_seldom_holds_nothing_that_others_could_use(world: World) -> None:
    hot = Limited(("client", "hot"), HOT)
    processes = [world.another() for _ in range(50)]
    for _ in range(3):
        world.clock.advance(100)
        for process in processes:
            process.admit([hot])
        assert world.allowances.take(hot.key, hot.limit, HOT.burst - len(processes)) == 0.0


def test_what_was_not_spent_within_a_second_is_lost(world: World) -> None:
    hot = Limited(("client", "hot"), HOT)
    for _ in range(50):
        world.limiter.admit([hot])
    world.clock.advance(1)
    world.exhaust(hot)
    refusal(world.limiter, hot)


def test_a_clock_set_back_makes_a_lease_no_younger_and_a_refusal_no_longer(world: World) -> None:
    hot = Limited(("client", "hot"), HOT)
    for _ in range(50):
        world.limiter.admit([hot])
    world.clock.advance(-3600)
    world.exhaust(hot)
    refusal(world.limiter, hot)
    world.clock.advance(7200)
    refused = world.another()
    world.exhaust(hot)
    refusal(refused, hot)
    world.clock.advance(-3600)
    world.exhaust(hot)
    assert refusal(refused, hot).retry_after >= 1


def test_several_keys_are_admitted_together_or_not_at_all(world: World) -> None:
    for _ in range(2):
        world.limiter.admit([CLIENT, ISSUER])
    for _ in range(10):
        refusal(world.limiter, CLIENT, ISSUER)
    world.clock.advance(0.5)
    assert sum(is_admitted(world.limiter, CLIENT) for _ in range(30)) >= 19


@pytest.mark.parametrize("order", [(CLIENT, ISSUER), (ISSUER, CLIENT)])
def test_a_key_that_is_known_to_be_empty_costs_the_others_nothing(world: World, order: tuple[Limited, ...]) -> None:
    world.exhaust(ISSUER)
    refusal(world.limiter, ISSUER)
    world.allowances.takes.clear()
    refusal(world.limiter, *order)
    assert world.allowances.takes == []


def test_of_several_waits_the_longest_is_told(world: World) -> None:
    slowest = Limited(("address", "c"), RateLimit(per_second=1, burst=1000))
    world.allowances.take(slowest.key, slowest.limit, 1000)
    for limited in (ISSUER, slowest):
        world.exhaust(limited)
        refusal(world.limiter, limited)
    world.allowances.takes.clear()
    assert refusal(world.limiter, ISSUER, slowest).retry_after >= 1
    assert world.allowances.takes == []


def test_no_key_is_no_limit(world: World) -> None:
    world.limiter.admit([])
    assert world.allowances.takes == []


def test_another_limit_of_the_same_key_holds_at_once(world: World) -> None:
    world.limiter.admit([Limited(("client", "a"), HOT)])
    tight = Limited(("client", "a"), RateLimit(per_second=1, burst=1))
    assert [is_admitted(world.limiter, tight) for _ in range(3)] == [True, False, False]


def test_processes_share_a_burst(world: World) -> None:
    processes = [world.another() for _ in range(7)]
    admitted = sum(is_admitted(process, CLIENT) for _ in range(20) for process in processes)
    assert 18 <= admitted <= 20


def test_a_thousand_requests_of_many_threads_stay_within_the_burst(world: World) -> None:
    with ThreadPoolExecutor(16) as threads:
        admitted = list(threads.map(lambda _: is_admitted(world.limiter, CLIENT), range(1000)))
    assert 18 <= sum(admitted) <= 20


def test_a_process_remembers_so_many_keys_and_no_more(world: World) -> None:
    limiter = Limiter(world.allowances, world.clock, remembered=10)
    for number in range(50):
        limiter.admit([Limited(("client", str(number)), LIMIT)])
        limiter.check_local((str(number),), LIMIT)
    assert limiter.remembered == (10, 10)


# Counted in this process alone


def test_junk_is_counted_without_a_call(world: World) -> None:
    for _ in range(20):
        world.limiter.check_local(("192.0.2.1",), LIMIT)
    with pytest.raises(TooManyRequests) as refused:
        world.limiter.check_local(("192.0.2.1",), LIMIT)
    assert refused.value.retry_after == 1
    world.limiter.check_local(("192.0.2.2",), LIMIT)
    assert world.allowances.takes == []


def test_junk_is_let_in_again_as_the_bucket_fills(world: World) -> None:
    for _ in range(20):
        world.limiter.check_local(("192.0.2.1",), LIMIT)
    world.clock.advance(0.25)
    for _ in range(2):
        world.limiter.check_local(("192.0.2.1",), LIMIT)
    with pytest.raises(TooManyRequests):
        world.limiter.check_local(("192.0.2.1",), LIMIT)


def test_a_clock_set_back_locks_nobody_out_and_lets_nobody_in_twice(world: World) -> None:
    world.limiter.check_local(("192.0.2.1",), LIMIT)
    world.clock.advance(-3600)
    world.limiter.check_local(("192.0.2.1",), LIMIT)
    with pytest.raises(TooManyRequests) as refused:
        world.limiter.check_local(("192.0.2.1",), LIMIT)
    assert refused.value.retry_after == 1


def test_Q3_what_cannot_be_counted_is_not_admitted(world: World) -> None:
    world.allowances.failing = True
    with pytest.raises(TemporarilyUnavailable):
        world.limiter.admit([CLIENT])


def test_a_quiet_process_takes_once_for_several_requests(world: World) -> None:
    quiet = Limiter(world.allowances, world.clock, processes=4)
    for _ in range(12):
        assert is_admitted(quiet, Limited(("client", "quiet"), HOT))
        world.clock.advance(5)
    assert len(world.allowances.takes) == 2


def test_what_it_keeps_is_lost_after_a_minute(world: World) -> None:
    quiet = Limiter(world.allowances, world.clock, processes=4)
    for _ in range(3):
        assert is_admitted(quiet, Limited(("client", "quiet"), HOT))
        world.clock.advance(60)
    assert len(world.allowances.takes) == 3


def test_one_token_is_enough_for_one_request_of_a_process_that_would_keep_some(world: World) -> None:
    limited = Limited(("client", "tight"), RateLimit(per_second=10, burst=400))
    quiet = Limiter(world.allowances, world.clock, processes=4)
    world.exhaust(limited)
    assert refusal(quiet, limited).retry_after == 1
    world.clock.advance(0.1)
    assert is_admitted(quiet, limited)


@pytest.mark.parametrize("processes", [0, 21, 1000])
def test_none_is_kept_where_the_processes_are_too_many_or_not_counted(world: World, processes: int) -> None:
    quiet = Limiter(world.allowances, world.clock, processes=processes)
    for _ in range(3):
        assert is_admitted(quiet, Limited(("client", "quiet"), HOT))
        world.clock.advance(2)
    assert len(world.allowances.takes) == 3
