"""Foreign claims as tags: by path, as text, and nothing but what was asked for."""

import pytest

from federation.model.json import Claims
from federation.policy.cedar.claims import Tags, tags
from federation.policy.cedar.wanted_tags import WantedTags, all_wanted, wanted_tags

EVERY = WantedTags(every=True)


@pytest.mark.parametrize(
    ("claims", "texts", "lists"),
    [
        ({"a": "x", "b": 1, "c": 1.5, "d": True, "e": None}, {"a": "x", "b": "1", "c": "1.5", "d": "true"}, {}),
        ({"a": {"b": {"c": "x"}}}, {"a.b.c": "x"}, {}),
        ({"a.b": "1", "a": {"b": "2"}}, {'"a.b"': "1", "a.b": "2"}, {}),
        ({"https://x/y": {"z": "1"}}, {'"https://x/y".z': "1"}, {}),
        ({"groups": ["a", 1, True]}, {}, {"groups": ["a", "1", "true"]}),
        ({"groups": []}, {}, {"groups": []}),
        ({"a": {"b": ["x"]}}, {}, {"a.b": ["x"]}),
        ({"a": [["x"]], "b": [{"c": "d"}], "c": [None]}, {}, {}),
        ({"": "x", 'a"': "x", "a\n": "x", "a": {'".b': "x"}}, {}, {}),
    ],
)
def test_claims_by_path(claims: Claims, texts: dict[str, str], lists: dict[str, list[str]]) -> None:
    assert tags(claims, EVERY) == Tags(texts, lists)


def test_only_what_is_wanted_is_given() -> None:
    assert tags({"a": "1", "b": "2", "c": ["3"]}, WantedTags(frozenset({"b", "c", "d"}))) == ({"b": "2"}, {"c": ["3"]})
    assert tags({"a": "1"}, WantedTags()) == ({}, {})


def test_what_several_want_is_wanted() -> None:
    some = all_wanted([WantedTags(frozenset("a")), WantedTags(frozenset("b"))])
    assert some == WantedTags(frozenset("ab"))
    assert all_wanted([some, EVERY]).every
    assert not all_wanted([])


def test_a_tag_operation_of_unknown_form_wants_everything() -> None:
    assert wanted_tags([{"body": {"hasTag": {"left": {}, "right": {"Var": "action"}}}}]).every
    assert wanted_tags({"getTag": "?"}).every
