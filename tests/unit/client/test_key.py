"""The caller's own key, and its proofs."""

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from federation.client.key import DpopKey

URL = "https://federation.example.com/token"


def test_a_proof_says_what_it_is_for_and_shows_the_public_key_alone() -> None:
    key = DpopKey.generate()
    proof = key.proof("POST", f"{URL}?a=b#c", nonce="n", access_token="token")
    header = jwt.get_unverified_header(proof)
    claims = jwt.decode(proof, jwt.PyJWK(header["jwk"]), ["ES256"])
    assert (header["typ"], set(header["jwk"])) == ("dpop+jwt", {"kty", "crv", "x", "y"})
    assert (claims["htm"], claims["htu"], claims["nonce"]) == ("POST", URL, "n")
    assert claims["ath"] == "PEaenWxYddN6Q_NT1PiOYfz4EsZu7jRXRlpAsNpBU-A"


def test_every_proof_is_a_new_one() -> None:
    key = DpopKey.generate()
    assert key.proof("POST", URL) != key.proof("POST", URL)


def test_a_stored_key_is_the_same_key() -> None:
    key = DpopKey.generate()
    assert DpopKey.load(key.private_jwk).thumbprint == key.thumbprint


@pytest.mark.parametrize("members", [{}, {"kty": "oct", "k": "aa"}, {"kty": "EC", "crv": "P-256", "x": "a", "y": "b"}])
def test_what_is_no_private_key_is_refused(members: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="no private P-256 key"):
        DpopKey.load(members)


def test_a_key_on_another_curve_is_refused() -> None:
    other = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()), as_dict=True)
    with pytest.raises(ValueError, match="no private P-256 key"):
        DpopKey.load(other)


def test_a_public_key_signs_nothing() -> None:
    with pytest.raises(ValueError, match="no private P-256 key"):
        DpopKey.load(DpopKey.generate().public_jwk)
