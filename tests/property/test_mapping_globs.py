"""The fast glob agrees with the slow definition of a glob, on any text."""

from hypothesis import given
from hypothesis import strategies as st

from federation.mapping.match import value_matches
from federation.model.glob import glob_matches

# Few characters, so that pieces repeat, overlap and cross separators.
patterns = st.text(alphabet="ab/:*", min_size=1, max_size=12).filter(lambda text: "*" in text)
texts = st.text(alphabet="ab/:", max_size=14)


def by_definition(pattern: str, text: str) -> bool:
    """`*` is nothing, or one character but `/` and `:` followed by what `*` is."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        longer = bool(text) and text[0] not in "/:" and by_definition(pattern, text[1:])
        return longer or by_definition(pattern[1:], text)
    return bool(text) and pattern[0] == text[0] and by_definition(pattern[1:], text[1:])


@given(patterns, texts)
def test_a_glob_matches_by_its_definition(pattern: str, text: str) -> None:
    assert glob_matches(pattern, text) == by_definition(pattern, text)


@given(patterns, st.lists(st.text(alphabet="ab", max_size=3), min_size=12, max_size=12))
def test_filling_the_stars_yields_a_match(pattern: str, fillings: list[str]) -> None:
    filled = "".join(fillings.pop() if character == "*" else character for character in pattern)
    assert value_matches(pattern, filled) == (filled != "")


@given(patterns, texts)
def test_a_match_keeps_every_separator_of_the_pattern_and_adds_none(pattern: str, text: str) -> None:
    if glob_matches(pattern, text):
        assert [c for c in text if c in "/:"] == [c for c in pattern if c in "/:"]


@given(st.text(), st.text())
def test_text_without_a_star_matches_itself_alone(wanted: str, got: str) -> None:
    exact = wanted.replace("*", "")
    assert value_matches(exact, got) == (exact == got != "")
