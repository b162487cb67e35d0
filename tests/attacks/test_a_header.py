"""Group A, the header: what a correctly signed token may not say about its own signature."""

import hmac
import json
import zlib

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.verification.jwk import read_jwk
from federation.verification.verifier import JWT_TYPES
from tests.support.issuer_world import claims, refusal, token, trusted, world
from tests.support.jose_keys import JoseKey, b64u, ec_key, rsa_key
from tests.support.jose_tokens import signed, signing_input
from tests.support.jose_vectors import Vector, vectors


def refused(vector: Vector) -> bool:
    text = signed(vector.header, vector.claims, rsa_key())
    return refusal(world(), text) is vector.reason


@pytest.mark.parametrize("vector", vectors("A1"))
def test_A1_no_algorithm_is_no_signature(vector: Vector) -> None:
    assert refused(vector)


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", ""])
def test_A1_an_unsigned_token_is_refused(alg: str) -> None:
    assert refusal(world(), signing_input({"alg": alg}, claims()) + ".") is Reason.MALFORMED_TOKEN


def public_forms() -> dict[str, bytes]:
    """Every spelling of a public key that some library has been made to use as a MAC secret."""
    key, public = rsa_key(), read_jwk(rsa_key().jwk()).public_key
    return {
        "PEM": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "DER": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "SSH": public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH),
        "JWK": json.dumps(key.jwk()).encode(),
        "modulus": str(key.public["n"]).encode(),
        "empty": b"",
    }


@pytest.mark.parametrize("form", public_forms())
@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_A2_a_public_key_is_no_secret(form: str, alg: str) -> None:
    def mac(name: str, message: bytes) -> bytes:
        return hmac.digest(public_forms()[form], message, f"sha{name[2:]}")

    forged = token(key=JoseKey("rsa-1", {}, mac), alg=alg)
    assert refusal(world(), forged) is Reason.UNSUPPORTED_ALGORITHM
    careless = world(trusted(algorithms=("RS256", alg)))
    assert refusal(careless, forged) is Reason.UNSUPPORTED_ALGORITHM


def test_A3_an_algorithm_that_the_issuer_may_not_use_is_refused() -> None:
    assert refusal(world(), token(alg="PS256")) is Reason.UNSUPPORTED_ALGORITHM


def test_A3_an_algorithm_of_another_kind_of_key_is_refused() -> None:
    w = world(trusted(rsa_key().jwk(alg="RS256"), ec_key("p384", "P-384"), algorithms=("RS256", "PS256", "ES256")))
    assert refusal(w, token(alg="PS256")) is Reason.UNUSABLE_KEY
    assert refusal(w, token(key=ec_key("p384", "P-384"), alg="ES256")) is Reason.UNUSABLE_KEY
    header = {"alg": "ES256", "kid": "rsa-1"}
    assert refusal(w, token(header=header)) is Reason.UNUSABLE_KEY


def test_A4_a_key_that_the_token_brings_itself_is_not_used() -> None:
    stranger = rsa_key("stranger")
    for kid in ("stranger", "rsa-1"):
        header = {"alg": "RS256", "kid": kid, "jwk": stranger.jwk()}
        assert refusal(world(), token(key=stranger, header=header)) is Reason.UNSAFE_TOKEN_HEADER


@pytest.mark.parametrize("vector", vectors("A5"))
def test_A5_a_header_that_names_a_key_is_refused(vector: Vector) -> None:
    assert refused(vector)


def test_A5_a_certificate_thumbprint_is_tolerated_and_ignored() -> None:
    header = {"alg": "RS256", "kid": "rsa-1", "x5t": "nonsense", "x5t#S256": "nonsense"}
    assert world().verify(token(header=header)).key_id == "rsa-1"


@pytest.mark.parametrize("vector", vectors("A6"))
def test_A6_crit_is_refused(vector: Vector) -> None:
    assert refused(vector)


@pytest.mark.parametrize("vector", vectors("A7"))
def test_A7_an_unencoded_payload_is_refused(vector: Vector) -> None:
    assert refused(vector)


def test_A7_a_detached_payload_is_refused() -> None:
    header, _, signature = token().split(".")
    assert refusal(world(), f"{header}..{signature}") is Reason.MALFORMED_TOKEN


def test_A7_ten_megabytes_are_refused() -> None:
    assert refusal(world(), "." * 10_000_000) is Reason.TOKEN_TOO_LARGE
    header, _, signature = token().split(".")
    assert refusal(world(), f"{header}.{'A' * 10_000_000}.{signature}") is Reason.TOKEN_TOO_LARGE


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "dir", "enc": "A256GCM", "zip": "DEF"},
        {"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 2**31, "p2s": "AAAA"},
        {"alg": "RSA-OAEP-256", "enc": "A256GCM", "kid": "rsa-1"},
    ],
)
def test_A15_an_encrypted_token_is_refused_by_its_segments(header: dict[str, str | int]) -> None:
    bomb = b64u(zlib.compress(bytes(100_000)))
    assert refusal(world(), f"{b64u(json.dumps(header).encode())}.AAAA.AAAA.{bomb}.AAAA") is Reason.MALFORMED_TOKEN


@pytest.mark.parametrize("vector", vectors("A15"))
def test_A15_members_of_encryption_are_refused_in_a_signed_token(vector: Vector) -> None:
    assert refused(vector)


OTHER_PURPOSES = [
    "dpop+jwt",
    "client-authentication+jwt",
    "logout+jwt",
    "secevent+jwt",
    "token-introspection+jwt",
    "oauth-authz-req+jwt",
    "JOSE",
    "JWS",
    "",
    " JWT",
    "application/application/jwt",
    "application/dpop+jwt",
    "DPOP+JWT",
    "text/jwt",
]


@pytest.mark.parametrize("typ", OTHER_PURPOSES)
@pytest.mark.parametrize("token_type", JWT_TYPES)
def test_A16_a_token_made_for_another_purpose_is_refused(typ: str, token_type: TokenType) -> None:
    text = token(header={"alg": "RS256", "kid": "rsa-1", "typ": typ})
    assert refusal(world(), text, token_type) is Reason.WRONG_TOKEN_TYP


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"])
@pytest.mark.parametrize("token_type", [TokenType.JWT, TokenType.ID_TOKEN])
def test_A16_an_access_token_is_refused_where_another_is_declared(typ: str, token_type: TokenType) -> None:
    text = token(header={"alg": "RS256", "kid": "rsa-1", "typ": typ})
    assert refusal(world(), text, token_type) is Reason.WRONG_TOKEN_TYP
    assert world().verify(text, TokenType.ACCESS_TOKEN).token_type is TokenType.ACCESS_TOKEN


@pytest.mark.parametrize("typ", ["JWT", "jwt", "Jwt", "application/jwt", "APPLICATION/JWT"])
@pytest.mark.parametrize("token_type", JWT_TYPES)
def test_A16_spellings_of_jwt_are_one(typ: str, token_type: TokenType) -> None:
    text = token(header={"alg": "RS256", "kid": "rsa-1", "typ": typ})
    assert world().verify(text, token_type).token_type is token_type


@pytest.mark.parametrize("vector", vectors("A16"))
def test_A16_typ_is_text(vector: Vector) -> None:
    assert refused(vector)


@pytest.mark.parametrize("vector", vectors("A17"))
def test_A17_a_nested_token_is_refused(vector: Vector) -> None:
    assert refused(vector)
