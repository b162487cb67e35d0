from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from federation.oauth.errors import ServerError, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.trust.kept import COOL_DOWN, MAX_STALE, Kept
from tests.support.fake_clock import FixedClock

TTL = 30.0


class Source:
    """Loads a new tuple each time, or fails with `error`."""

    def __init__(self) -> None:
        self.loads = 0
        self.error: Exception | None = None

    def load(self) -> tuple[int, ...]:
        self.loads += 1
        if self.error:
            raise self.error
        return (self.loads,)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def kept(source: Source, clock: FixedClock) -> Kept[tuple[int, ...]]:
    return Kept(source.load, clock, TTL)


def unavailable() -> TemporarilyUnavailable:
    return TemporarilyUnavailable(Reason.STORE_UNAVAILABLE)


def test_the_same_object_comes_back_until_it_is_due(
    kept: Kept[tuple[int, ...]], source: Source, clock: FixedClock
) -> None:
    first = kept.get()
    clock.advance(TTL - 0.001)
    assert kept.get() is first
    clock.advance(0.001)
    assert kept.get() == (2,)
    assert source.loads == 2


def test_a_clock_set_back_makes_nothing_younger(kept: Kept[tuple[int, ...]], clock: FixedClock) -> None:
    kept.get()
    clock.advance(-3600)
    assert kept.get() == (2,)


def test_what_was_forgotten_is_loaded_again(kept: Kept[tuple[int, ...]]) -> None:
    kept.get()
    kept.forget()
    assert kept.get() == (2,)


def test_a_first_load_that_fails_is_no_answer(kept: Kept[tuple[int, ...]], source: Source) -> None:
    source.error = unavailable()
    with pytest.raises(TemporarilyUnavailable):
        kept.get()


def test_the_last_good_value_stands_in_while_the_source_is_down(
    kept: Kept[tuple[int, ...]], source: Source, clock: FixedClock
) -> None:
    good = kept.get()
    source.error = unavailable()
    clock.advance(MAX_STALE)
    assert kept.get() is good
    clock.advance(COOL_DOWN)
    with pytest.raises(TemporarilyUnavailable):
        kept.get()


def test_a_source_that_is_down_is_not_asked_by_every_request(
    kept: Kept[tuple[int, ...]], source: Source, clock: FixedClock
) -> None:
    kept.get()
    source.error = unavailable()
    clock.advance(TTL)
    for _ in range(10):
        kept.get()
    assert source.loads == 2
    source.error = None
    clock.advance(COOL_DOWN)
    assert kept.get() == (3,)


def test_what_was_forgotten_never_stands_in(kept: Kept[tuple[int, ...]], source: Source) -> None:
    kept.get()
    kept.forget()
    source.error = unavailable()
    with pytest.raises(TemporarilyUnavailable):
        kept.get()


def test_a_source_that_refuses_us_is_not_papered_over(
    kept: Kept[tuple[int, ...]], source: Source, clock: FixedClock
) -> None:
    kept.get()
    source.error = ServerError(Reason.INTERNAL_ERROR)
    clock.advance(TTL)
    with pytest.raises(ServerError):
        kept.get()


def test_many_threads_cause_one_load(kept: Kept[tuple[int, ...]], source: Source) -> None:
    together = Barrier(8)

    def ask(_: int) -> tuple[int, ...]:
        together.wait()
        return kept.get()

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(ask, range(8))) == {(1,)}
    assert source.loads == 1
