"""JWK Thumbprint (RFC 7638): names a public key by what it is, whatever `kid` says."""

import json
from collections.abc import Iterable
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from federation.verification import base64url
from federation.verification.jwk import VerificationKey


def thumbprint(key: VerificationKey) -> str:
    """base64url SHA-256 of the required members (RFC 7638 section 3)."""
    canonical = json.dumps(_required_members(key), sort_keys=True, separators=(",", ":"))
    return base64url.encode(sha256(canonical.encode()).digest()).decode("ascii")


def thumbprints(keys: Iterable[VerificationKey]) -> frozenset[str]:
    """The thumbprint of each."""
    return frozenset(map(thumbprint, keys))


def _required_members(key: VerificationKey) -> dict[str, str | None]:
    public_key = key.public_key
    if isinstance(public_key, RSAPublicKey):
        rsa = public_key.public_numbers()
        return {"kty": key.kty, "e": _integer(rsa.e), "n": _integer(rsa.n)}
    if isinstance(public_key, EllipticCurvePublicKey):
        point, size = public_key.public_numbers(), (public_key.key_size + 7) // 8
        return {"kty": key.kty, "crv": key.crv, "x": _integer(point.x, size), "y": _integer(point.y, size)}
    return {"kty": key.kty, "crv": key.crv, "x": _text(public_key.public_bytes_raw())}


def _integer(value: int, size: int | None = None) -> str:
    return _text(value.to_bytes(size or (value.bit_length() + 7) // 8))


def _text(octets: bytes) -> str:
    return base64url.encode(octets).decode("ascii")
