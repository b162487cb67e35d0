"""Real keys in this process, in the place of KMS."""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from federation.model.keys import SigningKey
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.reasons import Reason
from tests.support.rsa_pool import first_of_mine, pooled

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

_PSS = padding.PSS(mgf=padding.MGF1(SHA256()), salt_length=padding.PSS.DIGEST_LENGTH)


_NEW: dict[str, Callable[[int], PrivateKey]] = {
    "RS256": pooled,
    "PS256": pooled,
    "ES256": lambda _: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": lambda _: ed25519.Ed25519PrivateKey.generate(),
}


class FakeSigner:
    """Signer and PublicKeys over real keys. Keys in `disabled` refuse; `signed` holds what was signed, in order."""

    def __init__(self) -> None:
        self._keys: dict[str, PrivateKey] = {}
        self._first = first_of_mine()
        self.disabled: set[str] = set()
        self.signed: list[bytes] = []

    def create(self, algorithm: str = "RS256") -> str:
        """The id of a new key."""
        kms_key = f"key-{len(self._keys) + 1}"
        self._keys[kms_key] = _NEW[algorithm](self._first + len(self._keys))
        return kms_key

    def sign(self, key: SigningKey, message: bytes) -> bytes:
        private = self._usable(key.kms_key)
        self.signed.append(message)
        if isinstance(private, rsa.RSAPrivateKey):
            return private.sign(message, _PSS if key.algorithm == "PS256" else padding.PKCS1v15(), SHA256())
        if isinstance(private, ec.EllipticCurvePrivateKey):
            r, s = decode_dss_signature(private.sign(message, ec.ECDSA(SHA256())))
            return r.to_bytes(32) + s.to_bytes(32)
        return private.sign(message)

    def start_sign(self, key: SigningKey, message: bytes) -> Callable[[], bytes]:
        return partial(self.sign, key, message)

    def public_key(self, kms_key: str) -> bytes:
        public = self._usable(kms_key).public_key()
        return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def can_sign(self, kms_key: str) -> bool:
        """Whether the key is there and not disabled."""
        return kms_key in self._keys and kms_key not in self.disabled

    def _usable(self, kms_key: str) -> PrivateKey:
        if not self.can_sign(kms_key):
            raise TemporarilyUnavailable(Reason.SIGNING_UNAVAILABLE, "DisabledException")
        return self._keys[kms_key]
