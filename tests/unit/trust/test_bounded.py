import pytest

from federation.trust.bounded import BoundedCache
from tests.support.fake_clock import FixedClock

LIMIT = 3


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def cache(clock: FixedClock) -> BoundedCache[str]:
    return BoundedCache(clock, LIMIT)


def test_a_value_is_there_until_it_has_aged(cache: BoundedCache[str], clock: FixedClock) -> None:
    cache.put("a", "value", 30, cache.generation)
    clock.advance(29.9)
    assert cache.get("a") == "value"
    clock.advance(0.1)
    assert cache.get("a") is None


def test_a_clock_set_back_makes_nothing_younger(cache: BoundedCache[str], clock: FixedClock) -> None:
    cache.put("a", "value", 30, cache.generation)
    clock.advance(-1)
    assert cache.get("a") is None


def test_the_value_asked_for_longest_ago_makes_room(cache: BoundedCache[str]) -> None:
    for key in "abc":
        cache.put(key, key, 30, cache.generation)
    cache.get("a")
    cache.put("d", "d", 30, cache.generation)
    assert [cache.get(key) for key in "abcd"] == ["a", None, "c", "d"]


def test_what_was_loaded_before_everything_was_forgotten_is_not_kept(cache: BoundedCache[str]) -> None:
    before = cache.generation
    cache.forget()
    cache.put("a", "old", 30, before)
    assert cache.get("a") is None
