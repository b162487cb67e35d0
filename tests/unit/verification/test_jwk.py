import pytest

from federation.model.json import JsonObject
from federation.verification.algorithms import ALGORITHMS
from federation.verification.jwk import UnusableJwk, has_private_members, read_jwk, weakness
from tests.support.jose_keys import ec_key, ed25519_key, rsa_key


@pytest.mark.parametrize(
    ("jwk", "fitting"),
    [
        (rsa_key().jwk(), "PS256 PS384 PS512 RS256 RS384 RS512"),
        (rsa_key().jwk(alg="PS256"), "PS256"),
        (ec_key().jwk(), "ES256"),
        (ec_key("k", "P-384").jwk(), "ES384"),
        (ec_key("k", "P-521").jwk(alg="ES512"), "ES512"),
        (ed25519_key().jwk(), "Ed25519 EdDSA"),
        (ed25519_key().jwk(alg="EdDSA"), "Ed25519 EdDSA"),  # one algorithm by two names (RFC 9864)
        (ed25519_key().jwk(alg="Ed25519"), "Ed25519 EdDSA"),
    ],
)
def test_a_key_fits_the_algorithms_of_its_kind_and_no_others(jwk: JsonObject, fitting: str) -> None:
    key = read_jwk(jwk)
    assert " ".join(sorted(name for name, algorithm in ALGORITHMS.items() if key.fits(algorithm))) == fitting


def test_a_leading_zero_of_a_modulus_is_tolerated_as_old_issuers_write_it() -> None:
    key = rsa_key()
    padded = {**key.public, "e": "AAEAAQ"}
    assert read_jwk(padded).public_key == read_jwk(key.jwk()).public_key


def test_why_a_key_is_unusable_is_said_without_repeating_it() -> None:
    with pytest.raises(UnusableJwk) as unusable:
        read_jwk(rsa_key().jwk(alg="canary"))
    assert str(unusable.value) == "unknown alg"


def test_a_key_does_not_show_in_its_repr() -> None:
    assert "public_key" not in repr(read_jwk(rsa_key().jwk()))


@pytest.mark.parametrize(
    ("members", "private"),
    [({}, False), ({"d": ""}, True), ({"k": None}, True), ({"D": 1}, False)],
)
def test_private_members_are_seen_whatever_they_hold(members: JsonObject, private: bool) -> None:
    assert has_private_members({**rsa_key().public, **members}) is private


def test_a_sound_modulus_has_no_known_weakness() -> None:
    numbers = rsa_key("sound", 3072).public
    assert read_jwk({**numbers})
    assert weakness((1 << 2048) - 1, 65537) is None
