"""Foreign claims as tags: by path, as text, and nothing but what was asked for."""

import pytest

from federation.model.json import Claims
from federation.policy.cedar.claims import Tags, tags
from federation.policy.cedar.mentions import Mentions

EVERY = Mentions(any_tag=True)


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


def test_only_what_is_mentioned_is_given() -> None:
    some = Mentions(frozenset({"b", "c", "d"}))
    assert tags({"a": "1", "b": "2", "c": ["3"]}, some) == ({"b": "2"}, {"c": ["3"]})
    assert tags({"a": "1"}, Mentions()) == ({}, {})
