"""Match lines."""

import pytest

from federation.mapping.match import Miss, misses, value_matches
from federation.model.json import Json
from federation.model.trust import MatchValue
from tests.support.document_mapping_vectors import load


@pytest.mark.parametrize(("wanted", "got", "matches", "why"), load("values"))
def test_a_claim_matches_only_what_the_line_says(wanted: MatchValue, got: Json, matches: bool, why: str) -> None:
    assert value_matches(wanted, got) is matches, why


def test_every_line_must_hold() -> None:
    lines = (("sub", "worker"), ("department", "billing"), ("a.b", 1))
    assert misses(lines, {"sub": "worker", "department": "billing", "a": {"b": 1}}) == ()


def test_a_miss_names_the_line_and_the_claim() -> None:
    lines = (("sub", "worker"), ("department", "billing"))
    assert misses(lines, {"sub": "worker", "department": "sales"}) == (Miss("department", "billing", "sales"),)
