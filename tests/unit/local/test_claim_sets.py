"""The demo's claim sets are what their providers' claims tables expect, with nothing that the tables do not know."""

import pytest

from federation.local.issuers import azure, github, google, kubernetes, partner
from federation.local.issuers.claims import ClaimSet
from federation.verification.providers import provider_named

AUDIENCE, NOW = "https://federation.example.com", 1_800_000_000

CLAIM_SETS = {
    "google": [google.claims(AUDIENCE, NOW)],
    "entra": [azure.claims_v1(AUDIENCE, NOW), azure.claims_v2(AUDIENCE, NOW)],
    "github": [github.claims(AUDIENCE, NOW), github.claims_with_immutable_sub(AUDIENCE, NOW)],
    "kubernetes": [kubernetes.claims("https://cluster.example.com", AUDIENCE, NOW)],
}


@pytest.mark.parametrize(("name", "claims"), [(name, claims) for name, sets in CLAIM_SETS.items() for claims in sets])
def test_every_claim_is_accounted_for(name: str, claims: ClaimSet) -> None:
    assert provider_named(name).table.verify(claims).unaccounted == ()


def test_a_partner_has_one_claim_of_its_own() -> None:
    claims = partner.claims("https://partner.example.com", AUDIENCE, NOW)
    assert provider_named("oidc").table.verify(claims).unaccounted == ("department",)


def test_both_subs_of_github_name_the_same_repository() -> None:
    assert github.claims(AUDIENCE, NOW)["sub"] == "repo:acme/deployer:ref:refs/heads/main"
    immutable = "repo:acme@8675309/deployer@424242424:ref:refs/heads/main"
    assert github.claims_with_immutable_sub(AUDIENCE, NOW)["sub"] == immutable
