"""Providers are found by being there."""

import pytest

from federation.verification.provider import Provider
from federation.verification.providers import provider_named, provider_names


def test_providers_are_found_in_a_stable_order() -> None:
    assert {"entra", "github", "google", "kubernetes", "oidc"} <= set(provider_names())


@pytest.mark.parametrize("name", provider_names())
def test_a_provider_is_named_after_its_file(name: str) -> None:
    provider = provider_named(name)
    assert isinstance(provider, Provider)
    assert provider.name == name
    assert provider_named(name) is provider


@pytest.mark.parametrize("name", ["", "sourcehut", "Google", "__init__", "google ", "google.re", "../provider"])
def test_a_stranger_is_not_found(name: str) -> None:
    with pytest.raises(KeyError):
        provider_named(name)


@pytest.mark.parametrize("name", provider_names())
def test_selectors_are_claims_that_the_provider_knows_and_every_token_carries_one(name: str) -> None:
    table = provider_named(name).table
    assert set(table.selectors) & set(table.required)
    assert set(table.selectors) <= table.forms.keys()
