"""A KMS public key as a JWK (RFC 7517), named by its algorithm and thumbprint (RFC 7638).

The algorithm is part of the name because an RSA key can sign RS256 or PS256: moving from one to the other is a key
change to every verifier, and goes through the same life.
"""

import hashlib
import json
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from federation.model.keys import PublicJwk, SigningKey

_EC_BYTES = 32


class UnsuitableKey(Exception):
    """The KMS key does not fit the configured algorithm."""


def signing_key(kms_key: str, algorithm: str, der: bytes) -> SigningKey:
    """The key under its name; raises UnsuitableKey. `der`: SubjectPublicKeyInfo."""
    members = _members(der, algorithm)
    kid = f"{algorithm}-{_thumbprint(members)}"
    return SigningKey(
        kid=kid,
        algorithm=algorithm,
        kms_key=kms_key,
        jwk={**members, "kid": kid, "alg": algorithm, "use": "sig"},
    )


def _members(der: bytes, algorithm: str) -> PublicJwk:
    key = load_der_public_key(der)
    if isinstance(key, RSAPublicKey) and algorithm in {"RS256", "PS256"}:
        numbers = key.public_numbers()
        return {"kty": "RSA", "n": _integer(numbers.n), "e": _integer(numbers.e)}
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1) and algorithm == "ES256":
        point = key.public_numbers()
        return {"kty": "EC", "crv": "P-256", "x": _integer(point.x, _EC_BYTES), "y": _integer(point.y, _EC_BYTES)}
    if isinstance(key, Ed25519PublicKey) and algorithm == "EdDSA":
        return {"kty": "OKP", "crv": "Ed25519", "x": _encode(key.public_bytes_raw())}
    raise UnsuitableKey(f"the KMS key cannot sign {algorithm}; set FEDERATION_SIGNING_ALGORITHM to fit its key spec")


def _thumbprint(members: PublicJwk) -> str:
    canonical = json.dumps(dict(sorted(members.items())), separators=(",", ":"))
    return _encode(hashlib.sha256(canonical.encode()).digest())


def _integer(value: int, size: int | None = None) -> str:
    return _encode(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
