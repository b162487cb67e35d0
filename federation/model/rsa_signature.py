"""RSA signatures of JWS (RFC 7518 sections 3.3 and 3.5), verified by cryptography itself.

PyJWT asks first what kind of key it has, which costs half as much as the verification; whoever calls this knows.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, AsymmetricPadding, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import HashAlgorithm
from msgspec import Struct


class RsaSignature(Struct, frozen=True):
    """One of the algorithms."""

    padding: AsymmetricPadding
    digest: HashAlgorithm

    def verify(self, message: bytes, key: RSAPublicKey, signature: bytes) -> bool:
        """Whether `signature` of `message` is by the owner of `key`."""
        try:
            key.verify(signature, message, self.padding, self.digest)
        except InvalidSignature:
            return False
        return True


def pkcs1(digest: HashAlgorithm) -> RsaSignature:
    """RS256 and its like."""
    return RsaSignature(PKCS1v15(), digest)


def pss(digest: HashAlgorithm) -> RsaSignature:
    """PS256 and its like: MGF1 over the same digest, and a salt of its length."""
    return RsaSignature(PSS(MGF1(digest), PSS.DIGEST_LENGTH), digest)
