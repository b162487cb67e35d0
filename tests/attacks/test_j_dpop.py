"""Group J, the proof: a DPoP proof (RFC 9449) is one JWT by the key that is in it."""

import hmac
import json

import pytest

from federation.model.json import Json
from federation.oauth.identifiers import PROOF_ALGORITHMS
from federation.oauth.reasons import Reason
from tests.support.dpop import CLIENT, NOW, Members, jkt, proof, proof_claims, proof_header
from tests.support.dpop_verification import refusal, verified
from tests.support.jose_keys import JoseKey, b64u, b64u_int, ec_key, ed25519_key, key_for, rsa_key
from tests.support.jose_tokens import signed, signing_input

PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")


@pytest.mark.parametrize("joint", [",", ", ", " ", "\n", ";", "."])
def test_J1_two_proofs_are_none(joint: str) -> None:
    assert refusal(proof() + joint + proof(jti="jti-2")) is Reason.MALFORMED_PROOF


@pytest.mark.parametrize("text", ["", " ", ".", "..", "a.b.c", "DPoP", "{}", "\x00", "é.é.é", "\ud800"])
def test_J1_what_is_no_token_is_no_proof(text: str) -> None:
    assert refusal(text) is Reason.MALFORMED_PROOF


@pytest.mark.parametrize("edge", [" {}", "{} ", "{}=", "\t{}", "{},", ",{}", '"{}"', "DPoP {}"])
def test_J1_nothing_stands_beside_a_proof(edge: str) -> None:
    assert refusal(edge.format(proof())) is Reason.MALFORMED_PROOF


@pytest.mark.parametrize(
    "typ",
    [None, "", "jwt", "JWT", "at+jwt", "DPoP+jwt", "dpop+JWT", "application/dpop+jwt", " dpop+jwt", 1, ["dpop+jwt"]],
)
def test_J1_typ_is_dpop_jwt_exactly(typ: Json) -> None:
    assert refusal(proof(header={**proof_header(), "typ": typ})) is Reason.MALFORMED_PROOF


@pytest.mark.parametrize(
    "member", ["kid", "x5c", "x5u", "jku", "x5t", "x5t#S256", "crit", "b64", "zip", "enc", "cty", "epk", "nonce", "xyz"]
)
def test_J1_the_header_names_no_other_key_and_no_extension(member: str) -> None:
    assert refusal(proof(header={**proof_header(), member: "a"})) is Reason.MALFORMED_PROOF


@pytest.mark.parametrize("start", ['{"jti":"a",', '{"\\u006ati":"a",', "\ufeff{"])
def test_J1_what_two_readers_could_read_differently_is_refused(start: str) -> None:
    claims = start + json.dumps(proof_claims())[1:]
    assert refusal(signed(proof_header(), claims, CLIENT, "ES256")) is Reason.MALFORMED_PROOF


@pytest.mark.parametrize("missing", ["jwk", "alg", "typ"])
def test_J2_a_header_without_one_of_its_members_is_refused(missing: str) -> None:
    header = {name: value for name, value in proof_header().items() if name != missing}
    assert refusal(proof(header=header)) is Reason.MALFORMED_PROOF


@pytest.mark.parametrize("name", ["jti", "htm", "htu", "iat"])
def test_J2_a_proof_without_one_of_its_claims_is_refused(name: str) -> None:
    claims = {other: value for other, value in proof_claims().items() if other != name}
    assert refusal(signed(proof_header(), claims, CLIENT, "ES256")) is Reason.INCOMPLETE_PROOF


@pytest.mark.parametrize("name", ["jti", "htm", "htu", "iat", "nonce"])
@pytest.mark.parametrize("value", [None, -1.5, True, [], {}, ["POST"]])
def test_J2_a_claim_of_another_kind_is_refused(name: str, value: Json) -> None:
    claims = {**proof_claims(), name: value}
    assert refusal(signed(proof_header(), claims, CLIENT, "ES256")) is Reason.INCOMPLETE_PROOF


def test_J2_an_iat_may_have_a_fraction_and_is_in_seconds() -> None:
    assert verified(proof(iat=NOW + 0.25)).issued_at == NOW
    assert refusal(proof(iat=NOW * 1000)) is Reason.STALE_PROOF


@pytest.mark.parametrize(("length", "accepted"), [(0, False), (1, True), (128, True), (129, False)])
def test_J2_a_jti_has_1_to_128_characters(length: int, accepted: bool) -> None:
    text = proof(jti="j" * length)
    if accepted:
        assert len(verified(text).jti) == length
    else:
        assert refusal(text) is Reason.INCOMPLETE_PROOF


@pytest.mark.parametrize("jwk", [None, "", [], 1, True])
def test_J2_jwk_is_an_object(jwk: Json) -> None:
    assert refusal(proof(header=proof_header(jwk=jwk))) is Reason.MALFORMED_PROOF


@pytest.mark.parametrize("alg", ["none", "None", "", "HS256", "RS256", "RS512", "PS384", "ES384", "ES512", "ES256K"])
def test_J3_another_algorithm_is_refused(alg: str) -> None:
    text = signing_input(proof_header(alg=alg), proof_claims())
    assert refusal(f"{text}.AAAA") is Reason.UNSUPPORTED_PROOF_ALGORITHM


@pytest.mark.parametrize("alg", ["RS256", "PS384", "ES384"])
def test_J3_another_algorithm_is_refused_however_well_it_signed(alg: str) -> None:
    assert refusal(proof(key_for(alg), alg)) is Reason.UNSUPPORTED_PROOF_ALGORITHM


def test_J3_a_shared_secret_is_no_key() -> None:
    def mac(_alg: str, message: bytes) -> bytes:
        return hmac.digest(b"secret", message, "sha256")

    key = JoseKey("shared", {"kty": "oct", "k": b64u(b"secret")}, mac)
    assert refusal(proof(key, "HS256")) is Reason.UNSUPPORTED_PROOF_ALGORITHM
    assert refusal(proof(key, "ES256")) is Reason.UNUSABLE_PROOF_KEY


@pytest.mark.parametrize("member", PRIVATE)
@pytest.mark.parametrize("alg", PROOF_ALGORITHMS)
def test_J3_a_private_key_in_the_header_is_refused(member: str, alg: str) -> None:
    key = key_for(alg)
    header = proof_header(key, alg, jwk={**key.public, member: "AAAA"})
    assert refusal(proof(key, alg, header=header)) is Reason.UNUSABLE_PROOF_KEY


@pytest.mark.parametrize(
    "key", [rsa_key("weak", 1024), rsa_key("weak", 1536), JoseKey("long", {}, rsa_key().sign)], ids=lambda key: key.kid
)
def test_J3_an_rsa_key_that_is_too_short_or_too_long_is_refused(key: JoseKey) -> None:
    public: Members = key.public or {"kty": "RSA", "e": "AQAB", "n": b64u_int((1 << 8192) + 1)}
    assert refusal(proof(key, "PS256", header=proof_header(alg="PS256", jwk=public))) is Reason.UNUSABLE_PROOF_KEY


def test_J3_an_rsa_key_of_16k_bits_does_not_even_fit() -> None:
    public: Members = {"kty": "RSA", "e": "AQAB", "n": b64u_int((1 << 16384) - 1)}
    assert refusal(proof(rsa_key(), "PS256", header=proof_header(alg="PS256", jwk=public))) is Reason.MALFORMED_PROOF


@pytest.mark.parametrize("member", ["x", "y"])
def test_J3_a_point_off_the_curve_is_refused(member: str) -> None:
    public = {**CLIENT.public, member: b64u(bytes(31) + b"\x01")}
    assert refusal(proof(header=proof_header(jwk=public))) is Reason.UNUSABLE_PROOF_KEY


def test_J3_an_edwards_point_with_which_anything_verifies_is_refused() -> None:
    public: Members = {"kty": "OKP", "crv": "Ed25519", "x": b64u(b"\x01" + bytes(31))}
    for alg in ("EdDSA", "Ed25519"):
        text, signature = signing_input(proof_header(alg=alg, jwk=public), proof_claims()), b"\x01" + bytes(63)
        assert refusal(f"{text}.{b64u(signature)}") is Reason.UNUSABLE_PROOF_KEY


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (ec_key("k", "P-384"), "ES256"),
        (ed25519_key(), "ES256"),
        (rsa_key(), "ES256"),
        (ec_key(), "PS256"),
        (ec_key(), "EdDSA"),
        (ec_key(), "Ed25519"),
        (rsa_key(), "Ed25519"),
    ],
    ids=["P-384", "OKP-ES256", "RSA-ES256", "EC-PS256", "EC-EdDSA", "EC-Ed25519", "RSA-Ed25519"],
)
def test_J3_a_key_of_another_kind_than_the_algorithm_is_refused(key: JoseKey, alg: str) -> None:
    text = signing_input(proof_header(key, alg), proof_claims())
    assert refusal(f"{text}.{b64u(bytes(64))}") is Reason.UNUSABLE_PROOF_KEY


@pytest.mark.parametrize(("said", "alg"), [("EdDSA", "Ed25519"), ("Ed25519", "EdDSA"), ("ES256", "Ed25519")])
def test_J3_an_ed25519_key_is_for_the_name_that_it_says(said: str, alg: str) -> None:
    """Two names of one algorithm (RFC 9864), and still what a key says of itself is what it is for."""
    key = ed25519_key()
    header = proof_header(key, alg, jwk={**key.public, "alg": said})
    assert refusal(proof(key, alg, header=header)) is Reason.UNUSABLE_PROOF_KEY


@pytest.mark.parametrize("crv", ["X25519", "Ed448", "P-256", "ed25519"])
def test_J3_ed25519_is_no_other_curve(crv: str) -> None:
    key = ed25519_key()
    header = proof_header(key, "Ed25519", jwk={**key.public, "crv": crv})
    assert refusal(proof(key, "Ed25519", header=header)) is Reason.UNUSABLE_PROOF_KEY


@pytest.mark.parametrize("members", [{"use": "enc"}, {"use": "jwt-svid"}, {"key_ops": ["sign"]}, {"alg": "ES384"}])
def test_J3_a_key_for_another_purpose_is_refused(members: Members) -> None:
    assert refusal(proof(header=proof_header(jwk={**CLIENT.public, **members}))) is Reason.UNUSABLE_PROOF_KEY


@pytest.mark.parametrize("alg", PROOF_ALGORITHMS)
def test_J4_a_proof_by_another_key_than_the_one_it_names_is_refused(alg: str) -> None:
    key, other = key_for(alg, "mine"), key_for(alg, "other")
    assert verified(proof(key, alg)).jkt == jkt(key)
    assert refusal(proof(other, alg, header=proof_header(key, alg))) is Reason.BAD_PROOF_SIGNATURE


@pytest.mark.parametrize("signature", [bytes(64), b"\xff" * 64, bytes(63), bytes(65), b"0", bytes(32) + b"\x01" * 32])
def test_J4_a_signature_that_is_none_is_refused(signature: bytes) -> None:
    text = signing_input(proof_header(), proof_claims())
    assert refusal(f"{text}.{b64u(signature)}") is Reason.BAD_PROOF_SIGNATURE


def test_J4_claims_that_were_not_signed_are_refused() -> None:
    header, _, signature = proof().split(".")
    _, claims, _ = proof(jti="jti-2").split(".")
    assert refusal(f"{header}.{claims}.{signature}") is Reason.BAD_PROOF_SIGNATURE
