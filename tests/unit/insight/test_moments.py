"""Moments as people name them."""

import re

import pytest

from federation.insight.moments import PATTERN, since

NOW = 1_800_000_000.5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", 1_799_999_910),
        ("7d", 1_799_395_200),
        ("2027-01-15", 1_799_971_200),
        ("2027-01-15T08:00", 1_800_000_000),
        ("2027-01-15T08:00:01Z", 1_800_000_001),
        ("2027-01-15T08:00:01+00:00", 1_800_000_001),
        ("2027-01-15T08:00:01 00:00", 1_800_000_001),
        ("2027-01-15T08:00:01.234+00:00", 1_800_000_001),
        ("2027-01-15T09:30:01+01:30", 1_800_000_001),
        ("2027-01-15T03:00:01-05:00", 1_800_000_001),
    ],
)
def test_a_moment_is_a_while_ago_or_a_time_in_utc(text: str, expected: int) -> None:
    assert re.fullmatch(PATTERN, text)
    assert since(text, NOW) == expected


@pytest.mark.parametrize("text", ["", "0s", "7", "yesterday", "2027-1-5", "2027-01-15 08:00:00", "1800000000"])
def test_other_texts_have_not_the_form(text: str) -> None:
    assert not re.fullmatch(PATTERN, text)


@pytest.mark.parametrize("text", ["2027-13-01", "2027-02-30", "2027-01-15T25:00", "2027-01-15T08:00+24:00"])
def test_a_day_that_is_none_is_an_error(text: str) -> None:
    assert re.fullmatch(PATTERN, text)
    with pytest.raises(ValueError):  # noqa: PT011 (whatever it says)
        since(text, NOW)
