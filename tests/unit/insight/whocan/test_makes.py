"""Which principals a mapping can make: never fewer than the real mapper makes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from federation.insight.whocan.makes import Makes
from federation.insight.whocan.reach import reach_of
from federation.mapping.mapper import Mapper
from federation.model.glob import glob_matches
from federation.model.json import Json
from federation.model.trust import MappedPrincipal, Mapping, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.verification.providers import provider_named
from tests.support.admin_trust import MAPPING, trust
from tests.support.trust_values import asking, issuer, mapping, verified


def rule(principal: str, **match: MatchValue) -> Mapping:
    return replace(mapping(), principal=principal, match=tuple(match.items()))


@pytest.mark.parametrize(
    ("made_by", "may", "never"),
    [
        (rule("to/{sub}", sub="svc-batch-*"), "to/svc-batch-7", "to/billing-sync"),
        (rule("to/{sub}", sub="sync"), "to/sync", "to/sync-2"),
        (rule("to/{sub}", team="sales"), "to/anybody", "to/any/body"),
        (rule("to/x-{sub}-y", sub="a*b"), "to/x-a.b-y", "to/x-a.c-y"),
        (rule("to/x-{sub}", team="sales"), "to/x-a", "to/x-"),
        (rule("to/{n}", n=7), "to/7", "to/8"),
        (rule("to/{n}", n=True), None, "to/True"),
        (rule("to/{a}/{b}", a="x-*", b="*-y"), "to/x-1/2-y", "to/x-1/2-z"),
        (rule("to/{sub}/{sub}", sub="a*"), "to/a1/a1", "to/a1/a2"),
        (rule("to/{sub}", sub="repo:acme/*"), None, "to/acme"),
        (rule("to/{sub}", sub="a*:b"), None, "to/a"),
        (rule("to/worker", sub="a*"), "to/worker", "to/a"),
    ],
)
def test_what_the_match_says_of_a_claim_stands_in_its_place(made_by: Mapping, may: str | None, never: str) -> None:
    makes = Makes.of(made_by)
    assert may is None or makes.may_fit(may)
    assert not makes.may_fit(never)


@pytest.mark.parametrize(
    ("made_by", "only"),
    [
        (rule("to/worker", sub="a*"), "to/worker"),
        (rule("to/{sub}", sub="worker"), "to/worker"),
        (rule("to/{team}/{sub}", sub="worker"), None),
        (rule("to/{sub}", sub="work*"), None),
        (rule("to/{sub}", sub="no/word"), None),
    ],
)
def test_whoever_is_pinned_is_known_before_there_is_a_token(made_by: Mapping, only: str | None) -> None:
    assert Makes.of(made_by).only == only


def test_globs_are_told_apart_by_how_they_begin_and_end() -> None:
    makes = Makes.of(rule("to/{sub}", sub="batch-*"))
    assert makes.may_fit("to/*-7")
    assert makes.may_fit("to/b*")
    assert not makes.may_fit("to/web-*")
    assert not makes.may_fit("*")


def test_a_template_that_cannot_be_read_makes_nobody() -> None:
    assert not Makes.of(rule("to/{", sub="x")).may_fit("to/x")


PATHS = ("sub", "team", "n", "flag", "org.unit", '"kubernetes.io".namespace')
words = st.text("ab-1", min_size=1, max_size=4)
texts = words | st.text("ab/:*.@ ", max_size=4)
scalars: st.SearchStrategy[MatchValue] = words | texts | st.integers(-1, 11) | st.booleans()


@st.composite
def values_at_paths(draw: st.DrawFn) -> dict[str, MatchValue]:
    return {path: draw(words | scalars) for path in PATHS}


@st.composite
def lines_for(draw: st.DrawFn, values: dict[str, MatchValue]) -> dict[str, Json]:
    """Lines that mostly hold: the value itself, or a part of it as a star."""
    paths = draw(st.lists(st.sampled_from(PATHS), min_size=1, max_size=4, unique=True))
    return {path: draw(scalars if draw(st.integers(0, 9)) == 0 else _line(values[path])) for path in paths}


def _line(value: MatchValue) -> st.SearchStrategy[MatchValue]:
    if not isinstance(value, str):
        return st.just(value)
    places = st.integers(0, len(value))
    starred = st.tuples(places, places).map(lambda at: f"{value[: min(at)]}*{value[max(at) :]}")
    return st.just(value) | starred


@st.composite
def templates(draw: st.DrawFn) -> str:
    claim = st.sampled_from(PATHS).map(lambda path: f"{{{path}}}")
    around = st.text("ab-", max_size=2)
    segment = words | claim | st.tuples(around, claim, around).map("".join)
    return "/".join(["to", *draw(st.lists(segment, min_size=1, max_size=3))])


def claims_of(values: dict[str, MatchValue]) -> dict[str, Json]:
    flat: dict[str, Json] = {path: values[path] for path in PATHS[:4]}
    return {**flat, "org": {"unit": values[PATHS[4]]}, "kubernetes.io": {"namespace": values[PATHS[5]]}}


def made_from(values: dict[str, MatchValue], *bodies: dict[str, Json]) -> MappedPrincipal | None:
    subject = replace(verified(by=issuer()), claims=claims_of(values))
    try:
        return Mapper(trust(*bodies), provider_named).resolve(subject, asking("risk-engine"))
    except InvalidRequest:
        return None


@given(values_at_paths(), st.data())
def test_whoever_is_made_by_a_mapping_is_never_missed(values: dict[str, MatchValue], data: st.DataObject) -> None:
    bodies: list[dict[str, Json]] = [
        {**MAPPING, "id": name, "match": data.draw(lines_for(values)), "principal": data.draw(templates())}
        for name in ("one", "two")
    ]
    made = made_from(values, *bodies)
    if made is not None:
        assert made.mapping.id in [way.party.mapping for way in reach_of(trust(*bodies), made.principal).itself]


@given(values_at_paths(), st.data())
def test_whoever_is_made_fits_every_glob_that_it_fits(values: dict[str, MatchValue], data: st.DataObject) -> None:
    body: dict[str, Json] = {
        **MAPPING,
        "id": "one",
        "match": data.draw(lines_for(values)),
        "principal": data.draw(templates()),
    }
    made = made_from(values, body)
    if made is not None and made.mapping.id == "one":
        pattern = "/".join(str(data.draw(_line(name))) for name in made.principal.split("/"))
        assert glob_matches(pattern, made.principal)
        assert Makes.of(made.mapping).may_fit(pattern)


def test_the_mapper_makes_somebody_of_what_is_drawn() -> None:
    values: dict[str, MatchValue] = dict.fromkeys(PATHS, "a")
    made = made_from(values, {**MAPPING, "id": "one", "match": {PATHS[5]: "a"}, "principal": f"to/{{{PATHS[5]}}}"})
    assert made is not None
    assert made.principal == "to/a"
