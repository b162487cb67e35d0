import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.limits.arrival import Taking
from federation.model.trust import RateLimit

LIMIT = RateLimit(per_second=3, burst=7)
NOW = 1_800_000_000.0


def test_a_full_bucket_has_its_burst() -> None:
    assert Taking(LIMIT, 7, NOW).wait(0) == 0.0


def test_what_was_taken_is_missing_until_it_is_refilled() -> None:
    arrival = Taking(LIMIT, 7, NOW).taken(0)
    assert Taking(LIMIT, 1, NOW).wait(arrival) == pytest.approx(1 / 3)
    assert Taking(LIMIT, 3, NOW + 1).wait(arrival) == 0.0
    assert Taking(LIMIT, 4, NOW + 1).wait(arrival) == pytest.approx(1 / 3)


@pytest.mark.parametrize("wanted", [0, -1, 8])
def test_what_a_bucket_never_has_cannot_be_wanted(wanted: int) -> None:
    with pytest.raises(ValueError, match="never has"):
        Taking(LIMIT, wanted, NOW)


@given(
    st.integers(1, 100_000),
    st.integers(1, 100_000),
    st.lists(st.tuples(st.floats(0, 5), st.integers(1, 100_000)), max_size=30),
)
def test_whatever_is_taken_when_no_more_is_taken_than_there_is(
    per_second: int, burst: int, asks: list[tuple[float, int]]
) -> None:
    limit, now, arrival, taken = RateLimit(per_second, burst), NOW, 0, 0
    for pause, wanted in asks:
        now += pause
        taking = Taking(limit, min(wanted, burst), now)
        if not taking.wait(arrival):
            arrival, taken = taking.taken(arrival), taken + taking.wanted
        assert taken <= burst + per_second * (now - NOW) + per_second / 1_000_000
