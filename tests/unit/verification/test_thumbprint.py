from federation.verification.jwk import read_jwk, thumbprint, thumbprints
from tests.support.jose_keys import b64u, ec_key, ed25519_key, rsa_key

# RFC 7638 section 3.1
N = (
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjh"
    "Mstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvR"
    "L5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
)
RFC_KEY = {"kty": "RSA", "n": N, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}


def test_the_example_of_the_rfc() -> None:
    assert thumbprint(read_jwk(RFC_KEY)) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_the_example_of_rfc_8037() -> None:
    key = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert thumbprint(read_jwk(key)) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_key_is_named_by_what_it_is_and_not_by_what_is_said_about_it() -> None:
    for key in (rsa_key(), ec_key(), ec_key("p521", "P-521"), ed25519_key()):
        twins = [key.jwk(), key.jwk(kid="other", use="sig"), {**key.jwk(), "x5t": "x"}]
        assert len(thumbprints(map(read_jwk, twins))) == 1


def test_leading_zeros_make_no_other_key() -> None:
    padded = {**RFC_KEY, "e": b64u(b"\x00\x01\x00\x01")}
    assert thumbprint(read_jwk(padded)) == thumbprint(read_jwk(RFC_KEY))


def test_other_keys_have_other_names() -> None:
    assert len(thumbprints(map(read_jwk, [rsa_key().jwk(), rsa_key("rsa-2").jwk(), ec_key().jwk()]))) == 3
