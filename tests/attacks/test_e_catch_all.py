"""E10: a mapping that lets in everybody an issuer knows is never written."""

import pytest

from federation.documents.source import InvalidDocuments
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.foreign_claims import check_claims
from federation.verification.providers import provider_named, provider_names
from federation.verification.shapes import MARKS
from tests.support.provider_bridge import ProviderBridge
from tests.support.provider_vectors import ClaimsCase, cases, issuer, load

EVERYBODY = [
    {},
    {"sub": "*"},
    {"sub": "*:*/*"},
    {"iss": "https://idp.example.com"},
    {"aud": "https://federation.example.com"},
    {"email_verified": True},
    {"sub": "*", "iss": "https://idp.example.com", "exp": 1},
]


@pytest.mark.parametrize("match", EVERYBODY)
@pytest.mark.parametrize("provider", ["oidc", "google", "entra", "github", "kubernetes"])
def test_E10_a_catch_all_is_refused_at_write(provider: str, match: dict[str, object]) -> None:
    with pytest.raises(InvalidDocuments):
        ProviderBridge(provider, match)


@pytest.mark.parametrize("provider", ["google", "entra", "github", "kubernetes"])
def test_E10_a_shared_issuer_wants_an_owner_pinned(provider: str) -> None:
    for match in load(provider)["mappings"]["refused"]:
        with pytest.raises(InvalidDocuments):
            ProviderBridge(provider, match)


@pytest.mark.parametrize(
    ("provider", "host"),
    [(name, host) for name in provider_names() for host in sorted(provider_named(name).issuer_hosts)],
)
def test_E10_a_shared_issuer_is_not_to_be_had_under_the_rules_of_a_partner(provider: str, host: str) -> None:
    with pytest.raises(InvalidDocuments, match=f"write provider: {provider}"):
        ProviderBridge("oidc", {"sub": "x"}, issuer=f"https://{host.replace('*', 'any')}")


OKTA = "https://acme.okta.example.com/oauth2/default"
_ALIKE: list[tuple[str, object]] = [
    ("sub", "*-*"),
    ("sub", "*o*"),
    ("sub", "*-*-*-*-*"),
    ("sub", "a*"),
    ("sub", "*|*"),
    ("sub", "auth0|*"),
    ("sub", "0oa*"),
    ("sub", "*@*"),
    ("sub", "*@clients"),
    ("sub", "service-account-*"),
    ("sub", "system:serviceaccount:*:*"),
    ("sub", "repo:*/*:ref:refs/heads/main"),
    ("sub", "https://acme.okta.example.com/*"),
    ("email", "*@okta.example.com"),
    ("ver", 1),
    ("ver", "1.*"),
    ("v", 2),
    ("typ", "Bearer"),
    ("meta.token_type", "access"),
    ('"https://acme.example/token_use"', "access"),
    ("scope", "openid"),
    ("gty", "client-credentials"),
    ("email_verified", "true"),
    ("tier", 1),
    ("tenant", "acme"),
    ("as", "default"),
    ("azp", "https://federation.example.com"),
    ("firebase.sign_in_provider", "password"),
    ("host", "https://acme.okta.example.com"),
    ("host", "https://acme.okta.example.com/"),
    ("host", "ACME.okta.example.com"),
    ("org", "ACME"),
    ("org", "acm*"),
    ("org", "*cme"),
    ("path", "/oauth2/default"),
    ("path", "oauth2/*"),
    ("from", "https://acme.okta.example.com/oauth2/*"),
    ("t", "Bearer"),
    ("kind", "access_token"),
]


@pytest.mark.parametrize(("path", "value"), _ALIKE)
def test_E10_a_line_that_holds_for_every_token_of_the_issuer_rules_out_nobody(path: str, value: object) -> None:
    with pytest.raises(InvalidDocuments, match="this lets in all identities of the issuer"):
        ProviderBridge("oidc", {path: value}, issuer=OKTA)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("sub", "0oa1b2c3d4"),
        ("sub", "svc-*"),
        ("sub", "ci/*"),
        ("sub", "repo:acme/*:ref:refs/heads/main"),
        ("sub", "acme"),
        ("sub", "1"),
        ("department", "billing"),
        ("uid", 1042),
        ("azp", "0oa1b2c3d4"),
        ("group", "*@partner.example"),
        ("org", "acme-billing"),
        ("path", "oauth2/partner-42"),
        ("kind", "payroll"),
    ],
)
def test_E10_a_line_that_names_somebody_is_written(path: str, value: object) -> None:
    ProviderBridge("oidc", {path: value}, issuer=OKTA)


@pytest.mark.parametrize("other", ["oidc", "user", "device"])
@pytest.mark.parametrize("case", [case for case in cases("accepted") if case.provider in MARKS], ids=lambda c: c.name)
def test_E10_a_token_of_a_server_with_a_name_of_its_own_is_not_had_under_laxer_rules(
    case: ClaimsCase, other: str
) -> None:
    at = case.claims["iat"] + 1
    check_claims(case.claims, issuer(case.provider, case.claims["iss"]), provider_named(case.provider), at)
    with pytest.raises(InvalidRequest):
        check_claims(case.claims, issuer(other, case.claims["iss"]), provider_named(other), at)


def test_E10_the_refusal_tells_whose_token_it_is() -> None:
    claims = cases_of("gitlab")[0].claims
    with pytest.raises(InvalidRequest) as refused:
        check_claims(claims, issuer("oidc", claims["iss"]), provider_named("oidc"), claims["iat"] + 1)
    assert (refused.value.reason, refused.value.detail) == (
        Reason.IDENTITY_REFUSED,
        "a token of gitlab: its Issuer says provider: oidc",
    )


def cases_of(provider: str) -> list[ClaimsCase]:
    return [case for case in cases("accepted") if case.provider == provider]
