"""The loopback identity providers: what they publish verifies what they sign."""

import json
from urllib.request import urlopen

import jwt
import pytest

from federation.local.issuers.loopback import LoopbackIssuers, generate_key
from tests.support.eventually import HANGS


def read(url: str) -> dict[str, object]:
    with urlopen(url, timeout=HANGS) as answer:  # noqa: S310 - a loopback URL of the test's own
        document: dict[str, object] = json.load(answer)
        return document


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_the_published_key_verifies_what_the_issuer_signs(algorithm: str) -> None:
    key = generate_key("key-1", algorithm)
    with LoopbackIssuers({"acme": key}) as issuers:
        where = issuers.endpoints("acme")
        discovery = read(f"{where.issuer}/.well-known/openid-configuration")
        published = jwt.PyJWKClient(where.jwks_uri).get_signing_key("key-1")
    assert (discovery["issuer"], discovery["jwks_uri"]) == (where.issuer, where.jwks_uri)
    assert jwt.decode(key.sign({"sub": "me"}), published.key, algorithms=[algorithm]) == {"sub": "me"}
    assert "d" not in key.jwk


def test_the_header_can_be_the_providers_own() -> None:
    key = generate_key("key-1", "ES256")
    assert jwt.get_unverified_header(key.sign({}, {"typ": None, "x5t": "abc"})) == {
        "alg": "ES256",
        "kid": "key-1",
        "x5t": "abc",
    }


@pytest.mark.parametrize("path", ["/other/jwks", "/acme", "/", "/acme/secret"])
def test_anything_else_is_not_found(path: str) -> None:
    with LoopbackIssuers({"acme": generate_key("key-1", "ES256")}) as issuers:
        base = issuers.endpoints("acme").issuer.removesuffix("/acme")
        with pytest.raises(OSError, match="404"):
            read(base + path)
