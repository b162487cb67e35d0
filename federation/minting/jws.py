"""The JWS around the claims (RFC 7515 section 3.1), and the check of our own signature."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicNumbers
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from federation.model.json import Json, JsonObject
from federation.model.keys import SigningKey
from federation.model.signature import EcSignature, EdSignature, RsaSignature, pkcs1, pss
from federation.oauth.errors import ServerError
from federation.oauth.identifiers import AT_JWT
from federation.oauth.reasons import Reason

MAX_TOKEN = 8 * 1024
"""Bytes: resource servers cannot take more in a header (ATTACKS I8)."""

_VERIFIERS: dict[str, RsaSignature | EcSignature | EdSignature] = {
    "RS256": pkcs1(SHA256()),
    "PS256": pss(SHA256()),
    "ES256": EcSignature(SHA256(), 32),
    "EdDSA": EdSignature(),
}
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
    return _VERIFIERS[key.algorithm].verify(message, _public_key(tuple(key.jwk.items())), signature)


@lru_cache(maxsize=8)
def _header(algorithm: str, kid: str, typ: str) -> bytes:
    return _encode(_compact({"alg": algorithm, "kid": kid, "typ": typ}).encode())


@lru_cache(maxsize=8)
def _public_key(jwk: tuple[tuple[str, Json], ...]) -> Any:  # noqa: ANN401 - cryptography's key classes differ
    """Of our own key, whose JWK we made of what KMS said."""
    members = {name: str(value) for name, value in jwk}
    if members["kty"] == "RSA":
        return RSAPublicNumbers(_integer(members["e"]), _integer(members["n"])).public_key()
    if members["kty"] == "EC":
        return EllipticCurvePublicNumbers(_integer(members["x"]), _integer(members["y"]), SECP256R1()).public_key()
    return Ed25519PublicKey.from_public_bytes(_decode(members["x"]))


def _integer(text: str) -> int:
    return int.from_bytes(_decode(text))


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _encode(data: bytes) -> bytes:
    return urlsafe_b64encode(data).rstrip(b"=")
