"""D14: a set of keys that all of Microsoft's tenants share says of each key whose it is."""

from typing import Any

import pytest

from federation.model.json import Json
from federation.model.tokens import VerifiedToken
from federation.oauth.reasons import Reason
from federation.verification.providers import provider_named
from tests.support.issuer_world import NOW, World, refusal, token, trusted, world
from tests.support.jose_keys import rsa_key
from tests.support.provider_vectors import claims_of

TENANT = "aaaabbbb-0000-cccc-1111-dddd2222eeee"
OTHER = "bbbbcccc-1111-dddd-2222-eeee3333ffff"
V1 = f"https://sts.windows.net/{TENANT}/"
V2 = f"https://login.microsoftonline.com/{TENANT}/v2.0"
EVERY_TENANT = "https://login.microsoftonline.com/{tenantid}/v2.0"

EXAMPLES = [
    ("entra", V1, "a managed identity's token, version 1.0"),
    ("entra", V2, "an application's token, version 2.0"),
    ("user", V1, "Entra, an access token of version 1.0 with auth_time"),
    ("user", V2, "Entra, an access token of version 2.0 with auth_time and acrs"),
]


def trusting(provider: str, issuer: str, key_issuer: Json) -> World:
    key = rsa_key().jwk(**({} if key_issuer is None else {"issuer": key_issuer}))
    w = world(trusted(key, provider=provider, issuer=issuer, audiences=("https://federation.example.com",)))
    w.provider = provider_named(provider)
    return w


def now(provider: str, name: str) -> dict[str, Any]:
    times = {"iat": NOW, "nbf": NOW, "exp": NOW + 300, "auth_time": NOW - 60}
    return claims_of(provider, name) | times | {"aud": "https://federation.example.com"}


def verified(provider: str, issuer: str, name: str, key_issuer: Json) -> VerifiedToken:
    return trusting(provider, issuer, key_issuer).verify(token(now(provider, name)))


@pytest.mark.parametrize("key_issuer", [None, EVERY_TENANT, V2])
@pytest.mark.parametrize(("provider", "issuer", "name"), EXAMPLES)
def test_D14_a_key_for_every_tenant_or_for_this_one_verifies(
    provider: str, issuer: str, name: str, key_issuer: Json
) -> None:
    assert verified(provider, issuer, name, key_issuer).issuer.issuer == issuer


@pytest.mark.parametrize(
    "key_issuer",
    [
        f"https://login.microsoftonline.com/{OTHER}/v2.0",
        "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
        "https://login.microsoftonline.com/common/v2.0",
        "https://login.microsoftonline.us/{tenantid}/v2.0",
        f"https://sts.windows.net/{OTHER}/",
        "{tenantid}",
        "",
    ],
)
@pytest.mark.parametrize(("provider", "issuer", "name"), EXAMPLES)
def test_D14_a_key_of_another_tenant_or_cloud_verifies_nothing_here(
    provider: str, issuer: str, name: str, key_issuer: str
) -> None:
    w = trusting(provider, issuer, key_issuer)
    assert refusal(w, token(now(provider, name))) is Reason.UNUSABLE_KEY


@pytest.mark.parametrize("key_issuer", [1, None, True, [], {}])
def test_D14_a_key_that_names_its_issuer_in_another_form_is_unusable(key_issuer: Json) -> None:
    w = world(trusted(rsa_key().jwk(issuer=key_issuer), provider="entra", issuer=V2))
    claims = {**now("entra", EXAMPLES[1][2]), "aud": "https://federation.example.com"}
    assert refusal(w, token(claims)) is Reason.UNUSABLE_KEY


def test_D14_another_provider_does_not_care_what_its_keys_say_beside() -> None:
    assert world(trusted(rsa_key().jwk(issuer="our key server"))).verify(token()).subject == "workload-1"
