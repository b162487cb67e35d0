"""Group B, the set: which key of an issuer may verify which token."""

from collections.abc import Iterable
from math import prod

import pytest

from federation.model.json import Json, JsonObject
from federation.model.trust import IssuerKeys
from federation.oauth.reasons import Reason
from federation.verification import base64url
from federation.verification.algorithms import ALGORITHMS
from tests.support.fake_fetcher import FakeFetcher
from tests.support.issuer_world import JWKS_URI, claims, jwks, refusal, token, trusted, world
from tests.support.jose_keys import b64u, b64u_int, ec_key, ed25519_key, rsa_key
from tests.support.jose_tokens import signed
from tests.support.jose_vectors import Vector, vectors

GOOD = rsa_key()
WITHOUT_KID = {"alg": "RS256"}


def test_B2_without_kid_several_candidates_are_one_too_many() -> None:
    w = world(trusted(GOOD, rsa_key("rsa-2")))
    assert refusal(w, token(header=WITHOUT_KID)) is Reason.UNKNOWN_KEY


def test_B2_without_kid_the_only_key_of_the_right_kind_is_meant() -> None:
    w = world(trusted(GOOD, ec_key(), rsa_key("ps").jwk(alg="PS256")))
    assert w.verify(token(header=WITHOUT_KID)).key_id == "rsa-1"


def test_B2_without_kid_and_without_a_fitting_key_there_is_none() -> None:
    assert refusal(world(trusted(ec_key())), token(header=WITHOUT_KID)) is Reason.UNKNOWN_KEY


def test_B2_a_key_without_kid_is_for_tokens_without_kid() -> None:
    w = world(trusted({**GOOD.public}))
    assert w.verify(token(header=WITHOUT_KID)).key_id is None
    assert refusal(w, token()) is Reason.UNKNOWN_KEY
    assert refusal(w, token(header={"alg": "RS256", "kid": "None"})) is Reason.UNKNOWN_KEY


@pytest.mark.parametrize("vector", vectors("B3"))
def test_B3_a_kid_is_only_ever_compared(vector: Vector) -> None:
    web = FakeFetcher({JWKS_URI: jwks(GOOD)})
    w = world(trusted(keys=IssuerKeys(jwks_uri=JWKS_URI)), web=web)
    w.verify(token())
    assert refusal(w, signed(vector.header, vector.claims, GOOD)) is vector.reason
    assert web.fetched == [JWKS_URI]


def test_B5_the_key_of_one_issuer_never_verifies_a_token_of_another() -> None:
    other = "https://other.example.com"
    ours, theirs = rsa_key("same"), rsa_key("theirs")
    w = world(trusted(ours), trusted(theirs.jwk(kid="same"), id="other", issuer=other))
    header = {"alg": "RS256", "kid": "same"}
    for _ in range(2):
        assert w.verify(token(key=ours, header=header)).issuer.id == "idp"
        assert w.verify(token(claims(iss=other), key=theirs, header=header)).issuer.id == "other"
        assert refusal(w, token(claims(iss=other), key=ours, header=header)) is Reason.BAD_SIGNATURE
        assert refusal(w, token(key=theirs, header=header)) is Reason.BAD_SIGNATURE


def refused(jwk: JsonObject) -> bool:
    """Whether no algorithm at all brings this key to verify, while the good key beside it goes on working."""
    w = world(trusted(GOOD, {**jwk, "kid": "odd"}, algorithms=tuple(ALGORITHMS)))
    assert w.verify(token()).key_id == "rsa-1"
    tokens = [token(header={"alg": alg, "kid": "odd"}) for alg in ALGORITHMS]
    return {refusal(w, text) for text in tokens} == {Reason.UNUSABLE_KEY}


@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"},
        {"use": "SIG"},
        {"use": None},
        {"key_ops": ["encrypt"]},
        {"key_ops": ["sign"]},
        {"key_ops": []},
        {"key_ops": "verify"},
        {"key_ops": {"verify": True}},
        {"alg": "RSA-OAEP"},
        {"alg": "HS256"},
        {"alg": "none"},
        {"alg": "ES256"},
        {"alg": ["RS256"]},
        {"kty": "rsa"},
        {"kty": "AKP"},
        {"kty": None},
        {"kty": ["RSA"]},
        {"n": None},
        {"n": 3},
        {"n": ""},
        {"n": "AQAB="},
        {"n": "+/+/"},
        {"n": "\ud83d\ude00"},
        {"e": ""},
    ],
    ids=str,
)
def test_B6_a_key_that_is_not_for_verifying_verifies_nothing(members: JsonObject) -> None:
    assert refused({**rsa_key("odd").public, **members})


@pytest.mark.parametrize(
    "members", [{"use": "sig"}, {"key_ops": ["verify"]}, {"key_ops": ["verify", "sign"]}, {"ext": 1}]
)
def test_B6_a_key_that_is_for_verifying_verifies(members: JsonObject) -> None:
    assert world(trusted({**GOOD.jwk(), **members})).verify(token()).key_id == "rsa-1"


@pytest.mark.parametrize("member", ["d", "p", "q", "dp", "dq", "qi", "oth", "k"])
def test_B6_a_published_private_key_is_not_used_and_raises_an_alarm(member: str) -> None:
    w = world(trusted(GOOD, rsa_key("odd").jwk(**{member: "AQAB"})))
    assert refusal(w, token(key=rsa_key("odd"))) is Reason.UNUSABLE_KEY
    assert w.alarms == [("idp", "the issuer publishes private key members")]


def test_B6_a_shared_secret_alone_verifies_nothing() -> None:
    w = world(trusted({"kty": "oct", "kid": "rsa-1", "k": b64u(bytes(32))}))
    assert refusal(w, token()) is Reason.UNUSABLE_KEY


def primes_below(limit: int) -> Iterable[int]:
    return (number for number in range(2, limit) if all(number % divisor for divisor in range(2, number)))


def roca_modulus(bits: int = 2048) -> int:
    """A number with the fingerprint of CVE-2017-15361: a power of 65537 modulo every prime up to 167."""
    primorial = prod(primes_below(168))
    multiple = (1 << (bits - 1)) // primorial + 1
    return primorial * multiple + pow(65537, 123_456, primorial)


def rsa(modulus: int, exponent: int = 65537) -> dict[str, str]:
    return {"kty": "RSA", "n": b64u_int(modulus), "e": b64u_int(exponent, 1 if exponent == 0 else None)}


MODULUS = int.from_bytes(b"\xff" * 256)
WEAK = {
    "1024 bits": rsa((1 << 1024) - 1),
    "2047 bits": rsa((1 << 2047) - 1),
    "8193 bits": rsa((1 << 8193) - 1),
    "16384 bits": rsa((1 << 16384) - 1),
    "e = 0": rsa(MODULUS, 0),
    "e = 1": rsa(MODULUS, 1),
    "e = 2": rsa(MODULUS, 2),
    "e even": rsa(MODULUS, 65536),
    "e of 33 bits": rsa(MODULUS, (1 << 32) + 1),
    "e as long as n": rsa(MODULUS, MODULUS - 2),
    "n even": rsa(MODULUS - 1),
    "ROCA": rsa(roca_modulus()),
    "ROCA of 4096 bits": rsa(roca_modulus(4096)),
}


@pytest.mark.parametrize("weakness", WEAK)
def test_B7_a_weak_rsa_key_is_refused(weakness: str) -> None:
    assert refused(WEAK[weakness])


@pytest.mark.parametrize(("bits", "exponent"), [(2048, 3), (3072, 65537), (4096, 65537)])
def test_B7_a_sound_rsa_key_is_used(bits: int, exponent: int) -> None:
    key = rsa_key("sound", bits, exponent)
    assert world(trusted(key)).verify(token(key=key)).key_id == "sound"


P256, P384 = ec_key().public, ec_key("p384", "P-384").public
BENT_CURVES: dict[str, JsonObject] = {
    "off the curve": {**P256, "y": P256["x"]},
    "the origin": {**P256, "x": b64u(bytes(32)), "y": b64u(bytes(32))},
    "beyond the field": {**P256, "x": b64u(b"\xff" * 32)},
    "wrong curve": {**P256, "crv": "P-384"},
    "another wrong curve": {**P384, "crv": "P-256"},
    "secp256k1": {**P256, "crv": "secp256k1"},
    "curve of another kind": {**P256, "crv": "Ed25519"},
    "curve in another spelling": {**P256, "crv": "p-256"},
    "no curve": {name: value for name, value in P256.items() if name != "crv"},
    "kty RSA": {**P256, "kty": "RSA"},
    "kty OKP": {**P256, "kty": "OKP"},
    "no y": {name: value for name, value in P256.items() if name != "y"},
    "a leading zero": {**P256, "x": b64u(b"\0" + base64url.decode(str(P256["x"]).encode()))},
    "a short coordinate": {**P256, "x": b64u(bytes(31))},
    "algorithm of another curve": {**P256, "alg": "ES384"},
    "Ed25519 too short": {"kty": "OKP", "crv": "Ed25519", "x": b64u(bytes(31))},
    "Ed448": {"kty": "OKP", "crv": "Ed448", "x": b64u(bytes(57))},
    "X25519": {**ed25519_key().public, "crv": "X25519"},
}


@pytest.mark.parametrize("form", BENT_CURVES)
def test_B8_a_point_that_is_not_what_it_says_is_refused(form: str) -> None:
    assert refused(BENT_CURVES[form])


PER_ALGORITHM = [GOOD.jwk(alg=alg, use="sig") for alg in ("RS256", "RS384", "RS512")]
"""As PingAM lists its keys (jpadilla/pyjwt#1129)."""
SAME_KID = {
    "once for each algorithm": PER_ALGORITHM,
    "the same key twice": [GOOD.jwk(), GOOD.jwk()],
    "for signatures, and for encryption": [GOOD.jwk(use="sig"), GOOD.jwk(use="enc", alg="RSA-OAEP")],
    "two keys, for signatures and for encryption": [rsa_key("enc").jwk(kid="rsa-1", use="enc"), GOOD.jwk(use="sig")],
    "two keys of different kinds": [ec_key().jwk(kid="rsa-1"), GOOD.jwk()],
    "two keys of different algorithms": [rsa_key("ps").jwk(kid="rsa-1", alg="PS256"), GOOD.jwk(alg="RS256")],
    "beside one that cannot be read": [GOOD.jwk(), {"kty": "RSA", "kid": "rsa-1"}],
    "beside one of a kind that is not known": [{"kty": "AKP", "alg": "ML-DSA-65", "kid": "rsa-1"}, GOOD.jwk()],
    "beside an ambiguous one": [GOOD.jwk(), *[rsa_key(name).jwk(kid="twin") for name in ("one", "two")]],
}


@pytest.mark.parametrize("keys", SAME_KID.values(), ids=SAME_KID)
def test_B4_a_kid_that_is_there_more_than_once_is_told_apart_by_algorithm_and_use(keys: list[JsonObject]) -> None:
    for order in (keys, keys[::-1]):
        assert world(trusted(*order)).verify(token()).key_id == "rsa-1"


def test_B4_each_of_two_keys_of_one_kid_verifies_its_own_algorithm() -> None:
    w = world(trusted(GOOD.jwk(alg="RS256"), ec_key().jwk(kid="rsa-1")))
    assert w.verify(token())
    assert w.verify(token(key=ec_key(), header={"alg": "ES256", "kid": "rsa-1"}))
    assert refusal(w, token(key=rsa_key("evil"), header={"alg": "RS256", "kid": "rsa-1"})) is Reason.BAD_SIGNATURE


AMBIGUOUS = {
    "two keys": [GOOD.jwk(), rsa_key("two").jwk(kid="rsa-1")],
    "two keys for one algorithm": [GOOD.jwk(alg="RS256"), rsa_key("two").jwk(kid="rsa-1", alg="RS256")],
    "a key for any algorithm": [GOOD.jwk(alg="RS256"), rsa_key("two").jwk(kid="rsa-1")],
    "one key of two issuers": [GOOD.jwk(issuer="https://a.example"), GOOD.jwk(issuer="https://b.example")],
}


@pytest.mark.parametrize("keys", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_B4_a_kid_under_which_two_keys_fit_verifies_nothing_and_hurts_no_other(keys: list[JsonObject]) -> None:
    w = world(trusted(*keys, rsa_key("other")))
    assert refusal(w, token()) is Reason.UNUSABLE_KEY
    assert w.verify(token(key=rsa_key("other"), header={"alg": "RS256", "kid": "other"})).key_id == "other"


def test_B4_without_kid_a_key_that_is_listed_twice_is_one_key() -> None:
    assert world(trusted(GOOD, GOOD)).verify(token(header=WITHOUT_KID)).key_id == "rsa-1"
    assert world(trusted(*PER_ALGORITHM)).verify(token(header=WITHOUT_KID)).key_id == "rsa-1"


PUBLISHED = {
    "under the same kid": {},
    "under another kid": {"kid": "private"},
    "without kid": {"kid": None},
    "for encryption": {"use": "enc"},
    "for another algorithm": {"alg": "RSA-OAEP"},
}


@pytest.mark.parametrize("members", PUBLISHED.values(), ids=PUBLISHED)
def test_B6_a_key_whose_private_half_stands_elsewhere_in_the_set_verifies_nothing(members: dict[str, Json]) -> None:
    private: dict[str, Json] = {k: v for k, v in {**GOOD.jwk(d="AAAA"), **members}.items() if v is not None}
    for order in ((GOOD.jwk(), private), (private, GOOD.jwk())):
        assert refusal(world(trusted(*order)), token()) is Reason.UNUSABLE_KEY
