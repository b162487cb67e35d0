"""What a policy does not mention it cannot see; what it may see is always mentioned."""

import pytest

from federation.policy.cedar.compile import read_policy
from federation.policy.cedar.heads import Head
from federation.policy.cedar.mentions import Mentions, all_mentions, mentions
from tests.support.policy_requests import FORBID, PERMIT


def mentioned(condition: str) -> Mentions:
    return read_policy("p", f"{FORBID} when {{ {condition} }};").rules[0].mentions


@pytest.mark.parametrize(
    ("condition", "word"),
    [
        ('context.network.zone == "corp"', "network"),
        ('context["network"]["zone"] == "corp"', "network"),
        ("context has actor", "actor"),
        ('context has actor.tenant && context.actor.name == "x"', "actor"),
        ('(if context.weekday == 1 then context else context).proof == "dpop"', "proof"),
        ("context == {weekday: 1} || true", "weekday"),
        ("[context.risk].contains({principal: 1, issuer: 1})", "risk"),
        ('context.claims.hasTag("ref")', "ref"),
        ('context.claims has "lists"', "lists"),
        ('principal.hasTag("team") && principal.getTag("team") like "a*"', "team"),
    ],
)
def test_every_way_to_name_something_mentions_it(condition: str, word: str) -> None:
    assert word in mentioned(condition).words


def test_what_is_not_named_is_not_mentioned() -> None:
    assert not {"network", "claims", "now"} & mentioned('context.proof == "dpop"').words


@pytest.mark.parametrize(
    ("condition", "computed"),
    [
        ('context.claims.hasTag("ref")', False),
        ("context.claims.hasTag(principal.name)", True),
        ('context.claims.hasTag("a") && context.claims.getTag(if true then "a" else "b") == "x"', True),
        ('context.claims.hasTag(if context.weekday == 1 then "a" else "b")', True),
    ],
)
def test_a_tag_whose_name_is_not_written_may_be_any(condition: str, *, computed: bool) -> None:
    assert mentioned(condition).any_tag is computed


def test_a_tag_operation_of_unknown_form_may_mean_any() -> None:
    assert mentions(Head(), [{"hasTag": "?"}]).any_tag


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        (f"{PERMIT};", False),
        ("permit (principal is Principal, action, resource is Audience);", False),
        ('permit (principal in Tenant::"acme", action, resource);', True),
        ('permit (principal, action, resource in Environment::"prod");', True),
        (f"{PERMIT} when {{ true }};", True),
    ],
)
def test_entities_are_needed_only_by_who_looks_at_them(text: str, *, looks: bool) -> None:
    assert read_policy("p", text).rules[0].mentions.entities is looks


def test_what_several_mention_is_mentioned() -> None:
    both = all_mentions([Mentions(frozenset("a")), Mentions(frozenset("b"), any_tag=True)])
    assert both == Mentions(frozenset("ab"), any_tag=True)
    assert all_mentions([]) == Mentions()
    assert all_mentions([Mentions(), Mentions(entities=True)]).entities
