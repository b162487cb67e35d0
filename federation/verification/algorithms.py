"""Signature algorithms (RFC 7518 section 3.1, RFC 8037, RFC 9864): a table that holds every one that exists here.

There is no `none` and no HMAC: what is not in the code cannot be confused (RFC 8725 section 3.1, ATTACKS A1-A2).
"""

from collections.abc import Collection
from collections.abc import Mapping as ReadOnly
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1, SECP521R1, EllipticCurve
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from msgspec import Struct

from federation.model.signature import EcSignature, EdSignature, pkcs1, pss
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason


class Implementation(Protocol):
    """How signatures of one kind are verified."""

    def verify(self, message: bytes, key: Any, signature: bytes) -> bool:  # noqa: ANN401 - each has its own kind
        """Whether `signature` of `message` is by the owner of `key`."""
        ...


class SignatureAlgorithm(Struct, frozen=True):
    """One `alg`, and the only kind of key that it goes with."""

    name: str
    kty: str
    implementation: Implementation
    crv: str | None = None
    curve: EllipticCurve | None = None
    """ECDSA."""

    def verify(self, key: Any, message: bytes, signature: bytes) -> bool:  # noqa: ANN401 - the union's members differ
        """Whether `signature` is by the owner of `key`, which must be of this algorithm's kind."""
        in_range = self.curve is None or _in_range(self.curve, signature)
        return in_range and self.implementation.verify(message, key, signature)


def _in_range(curve: EllipticCurve, signature: bytes) -> bool:
    """ECDSA: r and s of fixed length, from 1 to n-1 (ATTACKS A12); said here, not left to a library."""
    half, order = (curve.key_size + 7) // 8, curve.group_order
    r, s = int.from_bytes(signature[:half]), int.from_bytes(signature[half:])
    return len(signature) == 2 * half and 0 < r < order and 0 < s < order


ALGORITHMS: ReadOnly[str, SignatureAlgorithm] = {
    algorithm.name: algorithm
    for algorithm in (
        SignatureAlgorithm("RS256", "RSA", pkcs1(SHA256())),
        SignatureAlgorithm("RS384", "RSA", pkcs1(SHA384())),
        SignatureAlgorithm("RS512", "RSA", pkcs1(SHA512())),
        SignatureAlgorithm("PS256", "RSA", pss(SHA256())),
        SignatureAlgorithm("PS384", "RSA", pss(SHA384())),
        SignatureAlgorithm("PS512", "RSA", pss(SHA512())),
        SignatureAlgorithm("ES256", "EC", EcSignature(SHA256(), 32), "P-256", SECP256R1()),
        SignatureAlgorithm("ES384", "EC", EcSignature(SHA384(), 48), "P-384", SECP384R1()),
        SignatureAlgorithm("ES512", "EC", EcSignature(SHA512(), 66), "P-521", SECP521R1()),
        SignatureAlgorithm("EdDSA", "OKP", EdSignature(), "Ed25519"),
        SignatureAlgorithm("Ed25519", "OKP", EdSignature(), "Ed25519"),
    )
}


_ED25519 = frozenset({"EdDSA", "Ed25519"})


def same_algorithm(one: str, other: str) -> bool:
    """Whether both name one algorithm: of Ed25519 keys, `EdDSA` is the older name (RFC 9864)."""
    return one == other or _ED25519.issuperset((one, other))


def allowed_algorithm(alg: str, allowed: Collection[str]) -> SignatureAlgorithm:
    """The algorithm `alg`, if it exists here and the issuer may use it, by either name; raises InvalidRequest."""
    named = alg in allowed or any(same_algorithm(alg, each) for each in allowed)
    algorithm = ALGORITHMS.get(alg) if named else None
    if algorithm is None:
        raise InvalidRequest(Reason.UNSUPPORTED_ALGORITHM)
    return algorithm
