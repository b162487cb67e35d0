import json
from pathlib import Path

import pytest

from federation.model.json import JsonObject
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification import base64url
from federation.verification.algorithms import ALGORITHMS, allowed_algorithm
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
