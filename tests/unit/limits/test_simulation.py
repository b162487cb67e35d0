"""Twenty processes hold one limit to within a tenth, at the cost of few writes."""

import pytest

from federation.model.trust import RateLimit
from tests.support.limited_processes import simulate

SECONDS = 12
EVEN = [1.0] * 20
SKEWED = [100.0] + [1.0] * 19
FALLING = [1 / (number + 1) for number in range(20)]
LIMITS = [RateLimit(50, 100), RateLimit(50, 50), RateLimit(2000, 4000), RateLimit(2000, 2000)]


@pytest.mark.parametrize("weights", [EVEN, SKEWED, FALLING], ids=["even", "skewed", "falling"])
@pytest.mark.parametrize("limit", LIMITS)
@pytest.mark.parametrize("load", [0.5, 0.9, 1.2, 2.0])
def test_what_they_admit_together_is_the_limit_to_within_a_tenth(
    limit: RateLimit, weights: list[float], load: float
) -> None:
    outcome = simulate(limit, weights, load, SECONDS)
    most = limit.burst + limit.per_second * SECONDS
    assert outcome.admitted <= most
    assert outcome.admitted >= 0.9 * min(outcome.asked, most)
    assert outcome.takes <= (70 if load < 1 else 105) * SECONDS


@pytest.mark.parametrize("weights", [EVEN, SKEWED, FALLING], ids=["even", "skewed", "falling"])
def test_below_the_limit_nobody_is_refused(weights: list[float]) -> None:
    outcome = simulate(RateLimit(200, 400), weights, 0.95, SECONDS)
    assert outcome.admitted == outcome.asked
