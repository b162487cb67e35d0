import pytest

from federation.model.trust import IssuerKeys
from federation.ports import FetchFailed
from federation.verification.discovery import KeySource, KeysRefused
from tests.support.fake_fetcher import FakeFetcher
from tests.support.issuer_world import IDP, JWKS_URI, jwks, trusted
from tests.support.jose_keys import rsa_key

DISCOVERED = IssuerKeys(discovery=True)


@pytest.mark.parametrize(
    ("issuer", "asked"),
    [
        (IDP, f"{IDP}/.well-known/openid-configuration"),
        (f"{IDP}/", f"{IDP}/.well-known/openid-configuration"),
        (f"{IDP}/tenant/v2.0", f"{IDP}/tenant/v2.0/.well-known/openid-configuration"),
        (f"{IDP}/tenant/", f"{IDP}/tenant/.well-known/openid-configuration"),
    ],
)
def test_the_document_of_an_issuer_stands_where_discovery_says(issuer: str, asked: str) -> None:
    web = FakeFetcher({asked: {"issuer": issuer, "jwks_uri": JWKS_URI}, JWKS_URI: jwks(rsa_key())})
    published = KeySource(web).load(trusted(issuer=issuer, keys=DISCOVERED))
    assert published.keys.knows("rsa-1")
    assert published.origin == "idp.example.com"
    assert web.fetched == [asked, JWKS_URI]


def test_a_jwks_uri_in_the_document_is_asked_directly() -> None:
    web = FakeFetcher({JWKS_URI: jwks(rsa_key())})
    published = KeySource(web).load(trusted(keys=IssuerKeys(jwks_uri=JWKS_URI)), "anywhere.example.net")
    assert (published.origin, web.fetched) == (None, [JWKS_URI])


def test_what_cannot_be_fetched_fails_and_what_cannot_be_believed_is_refused() -> None:
    online = trusted(keys=IssuerKeys(jwks_uri=JWKS_URI))
    with pytest.raises(FetchFailed):
        KeySource(FakeFetcher()).load(online)
    with pytest.raises(KeysRefused, match="not JSON"):
        KeySource(FakeFetcher({JWKS_URI: b"<html>"})).load(online)


def test_loopback_http_is_for_a_laptop_alone() -> None:
    local = "http://127.0.0.1:8080"
    documents = {
        f"{local}/.well-known/openid-configuration": {"issuer": local, "jwks_uri": f"{local}/jwks"},
        f"{local}/jwks": jwks(rsa_key()),
    }
    issuer = trusted(issuer=local, keys=DISCOVERED)
    assert KeySource(FakeFetcher(documents), loopback=True).load(issuer).origin == "127.0.0.1:8080"
    with pytest.raises(KeysRefused, match="no https jwks_uri"):
        KeySource(FakeFetcher(documents)).load(issuer)
