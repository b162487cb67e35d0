"""Every provider against the claim sets that its vendor documents."""

import pytest

from federation.model.json import Json
from federation.oauth.errors import InvalidRequest
from federation.verification.providers import provider_named, provider_names
from tests.support.guarded_mappings import mapping_problems
from tests.support.provider_vectors import ClaimsCase, cases, issuer, load, vectors

ISSUERS = [(v["provider"], verdict, url) for v in vectors() for verdict, urls in v["issuers"].items() for url in urls]
MAPPINGS = [(v["provider"], verdict, match) for v in vectors() for verdict, ms in v["mappings"].items() for match in ms]


def verify(case: ClaimsCase) -> tuple[str, ...]:
    provider = provider_named(case.provider)
    accounted = provider.table.verify(case.claims)
    provider.check(issuer(case.provider, load(case.provider)["issuer"]), accounted.claims)
    return (*accounted.unaccounted, *accounted.misshapen)


def test_every_provider_has_vectors() -> None:
    assert [vector["provider"] for vector in vectors()] == list(provider_names())
    for vector in vectors():
        assert vector["sources"]
        assert len(vector["accepted"]) >= 6
        assert len(vector["refused"]) + len(vector.get("misshapen", ())) >= 10


@pytest.mark.parametrize("case", cases("accepted"), ids=lambda case: f"{case.provider}: {case.name}")
def test_a_documented_claim_set_is_accepted(case: ClaimsCase) -> None:
    verify(case)


@pytest.mark.parametrize("case", cases("refused"), ids=lambda case: f"{case.provider}: {case.name}")
def test_a_claim_set_that_is_wrong_in_one_thing_is_refused(case: ClaimsCase) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        verify(case)
    assert refusal.value.reason == case.reason
    assert refusal.value.detail


@pytest.mark.parametrize("case", cases("misshapen"), ids=lambda case: f"{case.provider}: {case.name}")
def test_an_optional_claim_of_another_form_refuses_nothing_and_cannot_be_read(case: ClaimsCase) -> None:
    accounted = provider_named(case.provider).table.verify(case.claims)
    assert accounted.misshapen == set(case.misshapen)
    assert accounted.claims.keys() == case.claims.keys() - accounted.misshapen
    assert verify(case)


NOTHING: dict[str, Json] = {"null": None, "empty text": "", "an empty list": [], "an empty object": {}}
OPTIONAL = [
    (case, name, empty)
    for case in cases("accepted")
    for name in provider_named(case.provider).table.optional
    for empty in NOTHING
]


@pytest.mark.parametrize(("case", "name", "empty"), OPTIONAL)
def test_an_optional_claim_that_is_null_or_empty_is_absent(case: ClaimsCase, name: str, empty: str) -> None:
    table = provider_named(case.provider).table
    without = {key: value for key, value in case.claims.items() if key != name}
    assert table.verify({**without, name: NOTHING[empty]}) == table.verify(without)


@pytest.mark.parametrize("case", cases("accepted"), ids=lambda case: f"{case.provider}: {case.name}")
def test_every_claim_that_a_vendor_documents_is_accounted_for(case: ClaimsCase) -> None:
    invented = {"department", "acme"} if case.provider == "oidc" else set()
    assert set(verify(case)) <= invented


@pytest.mark.parametrize(("provider", "verdict", "url"), ISSUERS)
def test_issuer_urls_are_judged_at_write(provider: str, verdict: str, url: str) -> None:
    problem = provider_named(provider).issuer_problem(url)
    assert (problem is None) == (verdict == "accepted")


@pytest.mark.parametrize(("provider", "verdict", "match"), MAPPINGS)
def test_match_lines_are_judged_at_write(provider: str, verdict: str, match: dict[str, str | int | bool]) -> None:
    assert bool(mapping_problems(provider, match)) == (verdict == "refused")
