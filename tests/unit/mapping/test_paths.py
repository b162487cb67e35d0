"""Claim paths."""

import pytest

from federation.mapping.match import as_path, lookup, parse_path, top_level
from federation.model.json import Claims, Json
from tests.support.document_mapping_vectors import load


@pytest.mark.parametrize(("path", "claims", "value"), load("paths")["read"])
def test_a_path_has_the_declared_reading_and_no_other(path: str, claims: Claims, value: Json) -> None:
    assert lookup(claims, parse_path(path)) == value


@pytest.mark.parametrize("path", load("paths")["refused"])
def test_a_path_that_could_be_read_in_two_ways_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"write|at most"):
        parse_path(path)


@pytest.mark.parametrize("name", ["sub", "kubernetes.io", "https://sts.amazonaws.com/", "agent_tag:queue"])
def test_a_claims_own_path_names_it_and_nothing_else(name: str) -> None:
    assert top_level(as_path(name)) == name
    assert lookup({name: "x"}, parse_path(as_path(name))) == "x"


@pytest.mark.parametrize("path", ["a.b", '"a.b".c', "", "a..b"])
def test_a_path_that_leads_further_in_names_no_claim_as_a_whole(path: str) -> None:
    assert top_level(path) is None
