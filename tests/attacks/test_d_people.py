"""D9, D11, D16: people of an issuer that also signs for machines, under a document of their own."""

import pytest

from federation.documents.source import InvalidDocuments
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.providers import provider_named, provider_names
from tests.support.document_vectors import base
from tests.support.guarded_mappings import mapping_problems
from tests.support.provider_bridge import BRIDGE, ProviderBridge
from tests.support.provider_vectors import ClaimsCase, cases, claims_of, issuer

TENANT = "aaaabbbb-0000-cccc-1111-dddd2222eeee"
ENTRA = f"https://login.microsoftonline.com/{TENANT}/v2.0"
GOOGLE = "https://accounts.google.com"
PERSON = "Google, an ID token with auth_time and amr"
MACHINE = "the standard format"
PEOPLE = "https://people.federation.example.com"
CLIENT = {"azp": "1234987819200.apps.googleusercontent.com"}

GUESTS = [(guest, owner) for guest in provider_names() for owner in sorted(provider_named(guest).guest_of)]


def accepts(provider: str, case: ClaimsCase) -> bool:
    rules = provider_named(provider)
    try:
        rules.table.verify(case.claims)
        rules.check(issuer(provider, case.claims["iss"]), case.claims)
    except InvalidRequest:
        return False
    return True


def test_only_people_share_an_issuer_with_machines() -> None:
    assert GUESTS == [("user", "entra"), ("user", "google")]


@pytest.mark.parametrize(("guest", "owner"), GUESTS)
def test_D16_no_token_is_accepted_by_both_who_share_an_issuer(guest: str, owner: str) -> None:
    of_both = [case for case in cases("accepted") if case.provider in (guest, owner)]
    assert [case.name for case in of_both if case.provider == guest and provider_named(owner).owns(host(case))]
    assert not [case.name for case in of_both if accepts(guest, case) and accepts(owner, case)]


def host(case: ClaimsCase) -> str:
    return str(case.claims["iss"]).split("/")[2]


def both_at_google() -> ProviderBridge:
    """One issuer URL, two audiences: the document for machines stays as strict as it was."""
    bridge = ProviderBridge("google", {"sub": claims_of("google", MACHINE)["sub"]})
    people = base("issuer", id="people", provider="user", issuer=GOOGLE, audiences=[PEOPLE])
    rule = base("mapping", id="people", issuer="people", match={**CLIENT, "hd": "example.com"}, principal="to/people")
    bridge.write(people, base("audience"), rule)
    return bridge


def test_D9_each_document_takes_its_own_and_refuses_the_others() -> None:
    bridge = both_at_google()
    person, machine = claims_of("user", PERSON), claims_of("google", MACHINE)
    assert bridge.principal({**machine, "aud": BRIDGE}) == "to/0"
    assert bridge.principal({**person, "aud": PEOPLE}) == "to/people"
    assert bridge.refusal({**person, "aud": BRIDGE}) is Reason.IDENTITY_REFUSED
    assert bridge.refusal({**machine, "aud": PEOPLE}) is Reason.MALFORMED_CLAIMS
    dressed_up = {"aud": PEOPLE, "auth_time": machine["iat"], "amr": ["pwd"]}
    assert bridge.refusal({**machine, **dressed_up}) is Reason.IDENTITY_REFUSED


def test_D11_everybody_with_a_Google_account_is_more_than_a_company() -> None:
    [problem] = mapping_problems("user", CLIENT, issuer=GOOGLE)
    assert "pin hd to your Workspace domain" in problem
    for pin in ({"hd": "example.com"}, {"sub": "10769150350006150715113082367"}):
        assert mapping_problems("user", {**CLIENT, **pin}, issuer=GOOGLE) == []
    assert mapping_problems("user", {**CLIENT, "hd": "*"}, issuer=GOOGLE)
    assert mapping_problems("user", {**CLIENT, "email": "ceo@example.com"}, issuer=GOOGLE)


@pytest.mark.parametrize("hd", [None, "example.net", ""])
def test_D11_somebody_of_another_domain_or_of_none_is_refused(hd: str | None) -> None:
    claims = {**claims_of("user", PERSON), "aud": PEOPLE, "hd": hd}
    assert both_at_google().refusal({name: value for name, value in claims.items() if value is not None}) is (
        Reason.NO_MAPPING
    )


@pytest.mark.parametrize("everybody", ["common", "organizations", "consumers", "acme.onmicrosoft.com"])
def test_D14_people_of_every_tenant_are_refused_at_write(everybody: str) -> None:
    with pytest.raises(InvalidDocuments, match="name one tenant by its id"):
        ProviderBridge("user", CLIENT, issuer=f"https://login.microsoftonline.com/{everybody}/v2.0")


def test_D15_people_of_one_tenant_may_be_mapped_by_client_and_never_by_name() -> None:
    assert mapping_problems("user", CLIENT, issuer=ENTRA) == []
    assert mapping_problems("user", {**CLIENT, "upn": "j.doe@example.com"}, issuer=ENTRA)
    assert mapping_problems("user", CLIENT, issuer=ENTRA, principal="user/{upn}")


@pytest.mark.parametrize("provider", ["oidc", "device", "jenkins"])
def test_D16_nobody_else_shares_them(provider: str) -> None:
    for url in (ENTRA, GOOGLE):
        assert mapping_problems_of_issuer(provider, url)


def mapping_problems_of_issuer(provider: str, url: str) -> bool:
    try:
        ProviderBridge(provider, {"sub": "acme/x"}, issuer=url)
    except InvalidDocuments as error:
        return "write provider: " in str(error)
    return False
