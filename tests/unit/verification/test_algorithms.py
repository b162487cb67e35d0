import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, SECP521R1, EllipticCurve
from jwt.algorithms import AllowedECKeys, ECAlgorithm

from federation.model.json import JsonObject
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification import base64url
from federation.verification.algorithms import ALGORITHMS, SignatureAlgorithm, allowed_algorithm
from federation.verification.jwk import read_jwk

VECTORS = Path(__file__).parents[2] / "vectors" / "jose" / "standards" / "signatures.json"


def of_the_standards() -> list[dict[str, str | JsonObject]]:
    return list(json.loads(VECTORS.read_text()))


@pytest.mark.parametrize("vector", of_the_standards(), ids=lambda vector: vector["source"])
def test_the_examples_of_the_standards_verify(vector: dict[str, str]) -> None:
    algorithm, key = ALGORITHMS[vector["alg"]], read_jwk(json.loads(json.dumps(vector["jwk"])))
    message, signature = vector["signing_input"].encode(), base64url.decode(vector["signature"].encode())
    assert key.fits(algorithm)
    assert algorithm.verify(key.public_key, message, signature)
    assert not algorithm.verify(key.public_key, message + b".", signature)
    assert not algorithm.verify(key.public_key, message, signature[::-1])


class Credulous(ECAlgorithm):
    """Finds every signature good."""

    def verify(self, _msg: bytes, _key: AllowedECKeys, _sig: bytes) -> bool:
        return True


@pytest.mark.parametrize("curve", [SECP256R1(), SECP384R1(), SECP521R1()])
def test_the_form_of_an_ecdsa_signature_is_not_left_to_the_library(curve: EllipticCurve) -> None:
    algorithm = SignatureAlgorithm("ES", "EC", Credulous(ECAlgorithm.SHA256), curve.name, curve)
    half, order = (curve.key_size + 7) // 8, curve.group_order
    good = (1).to_bytes(half) + (order - 1).to_bytes(half)
    assert algorithm.verify(None, b"", good)
    for r, s in ((0, 1), (1, 0), (order, 1), (1, order), (order + 1, 1)):
        assert not algorithm.verify(None, b"", r.to_bytes(half) + s.to_bytes(half))
    for bent in (b"", good[:-1], good + b"\0", b"\0" + good, good[:half]):
        assert not algorithm.verify(None, b"", bent)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_an_algorithm_is_known_by_its_registered_name(name: str) -> None:
    assert allowed_algorithm(name, [name]).name == name


@pytest.mark.parametrize("allowed", [(), ("RS256",), ("es256",), ("ES",), ("ES256 RS256",)])
def test_an_algorithm_that_is_not_allowed_is_refused(allowed: tuple[str, ...]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        allowed_algorithm("ES256", allowed)
    assert refused.value.reason is Reason.UNSUPPORTED_ALGORITHM


@pytest.mark.parametrize("name", ["none", "HS256", "HS384", "HS512", "ES256K", "ES521", "RSA1_5", "Ed448", "dir"])
def test_an_algorithm_that_does_not_exist_here_is_refused_even_where_a_document_allows_it(name: str) -> None:
    with pytest.raises(InvalidRequest):
        allowed_algorithm(name, [name])
