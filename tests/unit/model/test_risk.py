"""Whatever raises a score, at no later moment is it lower than before."""

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.model.risk import HIGHEST, MAX_CAUSES, Decay, RiskCause, decay_until, raised, score_of

NOW = 1_800_000_000
DECAYS = st.builds(
    Decay,
    score=st.integers(1, HIGHEST),
    at=st.integers(NOW - 5000, NOW + 5),
    half_life=st.sampled_from([60, 3600, 86_400]),
    until=st.none() | st.integers(NOW + 1, NOW + 90_000),
)
CAUSES = st.builds(RiskCause, decay=DECAYS, reason=st.sampled_from("abcdefghijkl"), source=st.just("s"))


@settings(max_examples=100)
@given(st.lists(CAUSES, max_size=14), st.lists(st.integers(0, 5000), min_size=14, max_size=14))
def test_no_raise_lowers_a_score_at_any_later_moment(news: list[RiskCause], waits: list[int]) -> None:
    causes: tuple[RiskCause, ...] = ()
    now = NOW
    for new, wait in zip(news, waits, strict=False):
        before = causes
        causes = raised(before, new, now)
        assert len(causes) <= MAX_CAUSES
        for later in (0, 1, 59, 3600, 50_000, 100_000):
            at = now + later
            expected = max(score_of(before).now(at), new.decay.now(at))
            assert expected <= score_of(causes).now(at) <= HIGHEST
        now += wait


def test_a_score_with_an_end_halves_three_times_on_its_way() -> None:
    decay = decay_until(80, NOW, NOW + 24 * 3600)
    assert [decay.now(NOW + hours * 3600) for hours in (0, 8, 16, 24)] == [80, 40, 20, 0]


def test_a_score_without_an_end_halves_every_hour() -> None:
    assert [decay_until(100, NOW, None).now(NOW + hours * 3600) for hours in (0, 1, 6, 7)] == [100, 50, 1, 0]
