"""The JWS around the claims (RFC 7515 section 3.1), and the check of our own signature."""

import json
from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from jwt.algorithms import Algorithm, ECAlgorithm, OKPAlgorithm, RSAAlgorithm, RSAPSSAlgorithm

from federation.model.json import Json, JsonObject
from federation.model.keys import SigningKey
from federation.model.rsa_signature import RsaSignature, pkcs1, pss
from federation.oauth.errors import ServerError
from federation.oauth.identifiers import AT_JWT
from federation.oauth.reasons import Reason

MAX_TOKEN = 8 * 1024
"""Bytes: resource servers cannot take more in a header (ATTACKS I8)."""

_ALGORITHMS: dict[str, Algorithm] = {
    "RS256": RSAAlgorithm(RSAAlgorithm.SHA256),
    "PS256": RSAPSSAlgorithm(RSAPSSAlgorithm.SHA256),
    "ES256": ECAlgorithm(ECAlgorithm.SHA256),
    "EdDSA": OKPAlgorithm(),
}

_VERIFIERS: dict[str, RsaSignature | Algorithm] = {**_ALGORITHMS, "RS256": pkcs1(SHA256()), "PS256": pss(SHA256())}
_compact = json.JSONEncoder(separators=(",", ":")).encode


def signing_input(key: SigningKey, claims: JsonObject, typ: str = AT_JWT) -> bytes:
    """`header.payload`. What one key signs is told apart by `typ` (RFC 8725 section 3.11)."""
    return b".".join((_header(key.algorithm, key.kid, typ), _encode(_compact(claims).encode())))


def assemble(key: SigningKey, message: bytes, signature: bytes, max_size: int = MAX_TOKEN) -> str:
    """The compact serialization; raises ServerError unless the signature verifies and it fits `max_size` bytes.

    KMS is trusted with the key, not with the answer: a wrong key, algorithm or corrupted signature never leaves
    (ATTACKS F5).
    """
    if not verifies(key, message, signature):
        raise ServerError(Reason.INTERNAL_ERROR, f"the signature by {key.kid} does not verify")
    token = b".".join((message, _encode(signature)))
    if len(token) > max_size:
        raise ServerError(Reason.INTERNAL_ERROR, f"the token would have {len(token)} bytes")
    return token.decode("ascii")


def verifies(key: SigningKey, message: bytes, signature: bytes) -> bool:
    """Whether the key made the signature."""
    return _VERIFIERS[key.algorithm].verify(message, _public_key(key.algorithm, tuple(key.jwk.items())), signature)


@lru_cache(maxsize=8)
def _header(algorithm: str, kid: str, typ: str) -> bytes:
    return _encode(_compact({"alg": algorithm, "kid": kid, "typ": typ}).encode())


@lru_cache(maxsize=8)
def _public_key(algorithm: str, jwk: tuple[tuple[str, Json], ...]) -> Any:  # noqa: ANN401 (cryptography's key classes)
    return _ALGORITHMS[algorithm].from_jwk(json.dumps(dict(jwk)))


def _encode(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")
