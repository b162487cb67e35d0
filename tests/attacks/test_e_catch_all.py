"""E10: a mapping that lets in everybody an issuer knows is never written."""

import pytest

from federation.documents.source import InvalidDocuments
from federation.verification.providers import provider_named, provider_names
from tests.support.provider_bridge import ProviderBridge
from tests.support.provider_vectors import load

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
