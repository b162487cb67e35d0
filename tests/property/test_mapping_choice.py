"""Which mapping wins depends on the mappings alone, not on the order in which they are found."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from federation.mapping.mapper import Mapper
from federation.mapping.match import filed_under, specificity
from federation.model.json import Claims, JsonObject
from federation.model.trust import Kind, Mapping, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.providers import provider_named
from tests.support.fake_trust import FakeTrust
from tests.support.trust_values import asking, issuer, verified

CLAIMS: Claims = {"sub": "worker-1", "department": "billing", "region": "eu", "level": 3}
SELECTORS = ("sub",)

# Every line fits CLAIMS or not, is exact or a glob.
lines: dict[str, st.SearchStrategy[MatchValue]] = {
    "sub": st.sampled_from(["worker-1", "worker-*", "*", "other"]),
    "department": st.sampled_from(["billing", "bill*", "sales"]),
    "region": st.sampled_from(["eu", "*"]),
    "level": st.sampled_from([3, 4]),
}
matches = st.fixed_dictionaries({}, optional=lines).filter(bool)
sets = st.lists(matches, min_size=1, max_size=6)


def outcome(sets: list[dict[str, MatchValue]], order: list[int]) -> str | Reason:
    trust = FakeTrust()
    for number in order:
        body: JsonObject = {"issuer": "acme", "match": sets[number], "principal": f"p/{number}", "grants": []}
        name = f"m{order.index(number)}"
        trust.add(Kind.MAPPING, name, body, filed_under(tuple(sets[number].items()), SELECTORS))
    subject = replace(verified(by=issuer()), claims=CLAIMS)
    try:
        return Mapper(trust, provider_named).resolve(subject, asking("risk-engine")).principal
    except InvalidRequest as refusal:
        return refusal.reason


@given(sets, st.randoms(use_true_random=False))
def test_the_order_of_mappings_does_not_matter(sets: list[dict[str, MatchValue]], random: Random) -> None:
    order = list(range(len(sets)))
    shuffled = list(order)
    random.shuffle(shuffled)
    assert outcome(sets, order) == outcome(sets, shuffled)


@given(sets)
def test_there_is_one_winner_or_a_typed_refusal(sets: list[dict[str, MatchValue]]) -> None:
    result = outcome(sets, list(range(len(sets))))
    assert result in {Reason.NO_MAPPING, Reason.AMBIGUOUS_MAPPING} or str(result).startswith("p/")


@given(sets, st.data())
def test_taking_a_mapping_away_never_lets_somebody_in(sets: list[dict[str, MatchValue]], data: st.DataObject) -> None:
    """Unless it was one of two that fitted equally: without its twin, a mapping means what it says."""
    everything = list(range(len(sets)))
    if outcome(sets, everything) is Reason.NO_MAPPING:
        less = data.draw(st.lists(st.sampled_from(everything), unique=True))
        assert outcome(sets, less) is Reason.NO_MAPPING


@given(matches, matches)
def test_adding_a_line_makes_a_mapping_more_specific(match: dict[str, MatchValue], more: dict[str, MatchValue]) -> None:
    added = {path: value for path, value in more.items() if path not in match}
    if added:
        assert specificity(mapping({**match, **added}), SELECTORS) > specificity(mapping(match), SELECTORS)


@given(matches, st.randoms(use_true_random=False))
def test_the_order_of_lines_does_not_matter(match: dict[str, MatchValue], random: Random) -> None:
    shuffled = list(match.items())
    random.shuffle(shuffled)
    assert specificity(mapping(dict(shuffled)), SELECTORS) == specificity(mapping(match), SELECTORS)


def mapping(match: dict[str, MatchValue]) -> Mapping:
    return Mapping(id="m", version=1, issuer="acme", match=tuple(match.items()), principal="p", grants=())
