import pytest

from federation.model.json import Json
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.algorithms import ALGORITHMS
from federation.verification.jwk_set import JwkSetRefused, read_jwk_set
from tests.support.issuer_world import jwks
from tests.support.jose_keys import ec_key, ed25519_key, rsa_key

RS256 = ALGORITHMS["RS256"]


def test_a_key_is_found_by_its_kid() -> None:
    keys = read_jwk_set(jwks(rsa_key(), ec_key(), ed25519_key()))
    assert keys.select("rsa-1", RS256).kty == "RSA"
    assert keys.select("ec-1", ALGORITHMS["ES256"]).crv == "P-256"
    assert keys.select("ed-1", ALGORITHMS["EdDSA"]).crv == "Ed25519"


def test_an_unusable_key_is_known_with_the_reason_why() -> None:
    keys = read_jwk_set(jwks(rsa_key(), ec_key().jwk(use="enc")))
    assert keys.knows("ec-1")
    assert keys.unusable == {"ec-1": "use is not sig"}
    with pytest.raises(InvalidRequest) as refused:
        keys.select("ec-1", ALGORITHMS["ES256"])
    assert (refused.value.reason, refused.value.detail) == (Reason.UNUSABLE_KEY, "use is not sig")


def test_a_malformed_kid_names_no_key() -> None:
    for kid in ("", "a\nb", "k" * 257, 1, ["k"]):
        keys = read_jwk_set(jwks(rsa_key("other"), {**rsa_key().public, "kid": kid}))
        assert [key.kid for key in keys.keys] == ["other"]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"keys": None},
        {"keys": {}},
        {"keys": "RSA"},
        {"keys": []},
        {"keys": [1]},
        {"keys": [rsa_key().jwk(), None]},
        {"keys": [rsa_key().jwk(), {"kty": "oct", "k": "AAAA"}]},
        {"keys": [{"kty": "RSA"}] * 101},
    ],
)
def test_a_set_that_two_readers_could_read_differently_is_refused(document: dict[str, Json]) -> None:
    with pytest.raises(JwkSetRefused):
        read_jwk_set(document)


def test_an_unusable_key_without_kid_is_known_by_no_name() -> None:
    keys = read_jwk_set(jwks(rsa_key(), {**ec_key().public, "use": "enc"}))
    assert keys.unusable == {}
    assert not keys.knows("None")


def test_other_members_of_a_set_are_ignored() -> None:
    assert read_jwk_set({**jwks(rsa_key()), "spiffe_sequence": 1}).knows("rsa-1")
