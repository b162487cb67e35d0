"""Where mappings are filed, and where tokens look."""

from federation.mapping.match import filed_under, selectors_of
from federation.model.json import Claims
from federation.model.trust import Selector

GITHUB = ("repository_id", "repository_owner_id", "sub")


def test_a_token_looks_under_each_selector_that_it_carries_as_text() -> None:
    claims: Claims = {"repository_id": "74", "repository_owner_id": 65, "sub": "", "other": "x"}
    assert selectors_of(claims, GITHUB) == (Selector("repository_id", "74"),)


def test_a_mapping_is_filed_under_the_most_selective_claim_it_pins() -> None:
    match = (("sub", "repo:o/r"), ("repository_owner_id", "65"), ("repository_id", "74"))
    assert filed_under(match, GITHUB) == Selector("repository_id", "74")
    assert filed_under(match[:2], GITHUB) == Selector("repository_owner_id", "65")


def test_a_mapping_that_pins_no_selector_is_a_pattern() -> None:
    assert filed_under((("sub", "repo:o/*"), ("ref", "refs/heads/main"), ("repository_id", 74)), GITHUB) is None


def test_a_nested_claim_is_no_selector() -> None:
    assert filed_under((("a.sub", "x"),), ("sub",)) is None


def test_a_claim_whose_name_needs_quotes_is_a_selector_like_any_other() -> None:
    name = "oidc.circleci.com/project-id"
    assert filed_under(((f'"{name}"', "x"),), (name, "sub")) == Selector(name, "x")
    assert selectors_of({name: "x"}, (name, "sub")) == (Selector(name, "x"),)


def test_a_path_that_cannot_be_read_pins_nothing() -> None:
    assert filed_under((("a..b", "x"), (".", "x")), ("a..b", ".")) is None
