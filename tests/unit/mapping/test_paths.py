"""Claim paths."""

import pytest

from federation.mapping.paths import lookup, parse_path
from federation.model.json import Claims, Json
from tests.support.document_mapping_vectors import load


@pytest.mark.parametrize(("path", "claims", "value"), load("paths")["read"])
def test_a_path_has_the_declared_reading_and_no_other(path: str, claims: Claims, value: Json) -> None:
    assert lookup(claims, parse_path(path)) == value


@pytest.mark.parametrize("path", load("paths")["refused"])
def test_a_path_that_could_be_read_in_two_ways_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"write|at most"):
        parse_path(path)
