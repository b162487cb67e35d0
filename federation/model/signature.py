"""JWS signatures (RFC 7518 section 3, RFC 8037), verified by cryptography itself.

PyJWT would ask first what kind of key it has, which costs half as much as a verification, and imports an HTTP client.
The caller knows the kind.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, AsymmetricPadding, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from msgspec import Struct


class RsaSignature(Struct, frozen=True):
    """RS256, PS256 and their like."""

    padding: AsymmetricPadding
    digest: HashAlgorithm

    def verify(self, message: bytes, key: RSAPublicKey, signature: bytes) -> bool:
        """Whether `signature` of `message` is by the owner of `key`."""
        try:
            key.verify(signature, message, self.padding, self.digest)
        except InvalidSignature:
            return False
        return True


class EcSignature(Struct, frozen=True):
    """ES256 and its like: r and s, each as long as the curve's order (RFC 7518 section 3.4)."""

    digest: HashAlgorithm
    half: int
    """Octets of r."""

    def verify(self, message: bytes, key: EllipticCurvePublicKey, signature: bytes) -> bool:
        """The same; a signature of another length is none."""
        if len(signature) != 2 * self.half:
            return False
        r, s = int.from_bytes(signature[: self.half]), int.from_bytes(signature[self.half :])
        try:
            key.verify(encode_dss_signature(r, s), message, ECDSA(self.digest))
        except InvalidSignature:
            return False
        return True


class EdSignature(Struct, frozen=True):
    """EdDSA with Ed25519."""

    def verify(self, message: bytes, key: Ed25519PublicKey, signature: bytes) -> bool:
        """The same."""
        try:
            key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


def pkcs1(digest: HashAlgorithm) -> RsaSignature:
    """RS256 and its like."""
    return RsaSignature(PKCS1v15(), digest)


def pss(digest: HashAlgorithm) -> RsaSignature:
    """PS256 and its like: MGF1 over the same digest, and a salt of its length."""
    return RsaSignature(PSS(MGF1(digest), PSS.DIGEST_LENGTH), digest)
