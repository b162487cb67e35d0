"""An issuer's patterns by what they pin find whatever comparing a token with each of them finds."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.mapping.match import misses
from federation.mapping.patterns import Patterns
from federation.model.trust import Mapping

PATHS = ("sub", "team", "a.b", '"x.y"')
TEXT = st.text("ab/:-", max_size=4)
VALUES = st.one_of(st.text("ab/:-*", min_size=1, max_size=4), st.integers(0, 2), st.booleans())
CLAIM = st.one_of(TEXT, st.integers(0, 2), st.booleans(), st.none(), st.lists(TEXT, max_size=1))


def mapping(number: int, match: dict[str, Any]) -> Mapping:
    return Mapping(f"m{number:04}", 1, "acme", tuple(match.items()), "p/x", ())


@settings(max_examples=150)
@given(
    matches=st.lists(st.dictionaries(st.sampled_from(PATHS), VALUES, min_size=1, max_size=3), max_size=12),
    claims=st.fixed_dictionaries(
        {},
        optional={
            "sub": CLAIM,
            "team": CLAIM,
            "x.y": CLAIM,
            "a": st.one_of(CLAIM, st.dictionaries(st.just("b"), CLAIM)),
        },
    ),
)
def test_no_mapping_that_fits_is_missed(matches: list[dict[str, Any]], claims: dict[str, Any]) -> None:
    every = [mapping(number, match) for number, match in enumerate(matches)]
    found = Patterns(every).candidates(claims)
    assert [one for one in every if not misses(one.match, claims)] == [
        one for one in found if not misses(one.match, claims)
    ]


def test_of_a_thousand_patterns_a_token_is_compared_with_its_own() -> None:
    matches: list[dict[str, Any]] = [{"sub": f"svc{number:04}-*"} for number in range(1_000)]
    matches += [{"sub": "svc*", "team": f"t{number}"} for number in range(1_000)]
    matches += [{"sub": f"*-host{number:04}"} for number in range(1_000)]
    patterns = Patterns([mapping(number, match) for number, match in enumerate(matches)])
    found = patterns.candidates({"sub": "svc0007-x-host0042", "team": "t500"})
    assert [one.match for one in found] == [
        (("sub", "svc0007-*"),),
        (("sub", "svc*"), ("team", "t500")),
        (("sub", "*-host0042"),),
    ]
