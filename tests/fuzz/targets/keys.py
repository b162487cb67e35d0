"""Keys that are the same in every run, so that what was kept of earlier runs still carries good signatures."""

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from federation.model.json import Json
from tests.support.jose_keys import JoseKey, b64u, b64u_int


def edwards() -> JoseKey:
    """Ed25519: its signatures have nothing random."""
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public: dict[str, Json] = {"kty": "OKP", "crv": "Ed25519", "x": b64u(private.public_key().public_bytes_raw())}
    return JoseKey("ed-1", public, lambda _alg, message: private.sign(message))


def elliptic() -> JoseKey:
    """P-256, signing as RFC 6979 says."""
    private = derive_private_key(0x1234567890ABCDEF, SECP256R1())
    numbers = private.public_key().public_numbers()
    public: dict[str, Json] = {"kty": "EC", "crv": "P-256", "x": b64u_int(numbers.x, 32), "y": b64u_int(numbers.y, 32)}

    def sign(_alg: str, message: bytes) -> bytes:
        r, s = decode_dss_signature(private.sign(message, ECDSA(SHA256(), deterministic_signing=True)))
        return r.to_bytes(32) + s.to_bytes(32)

    return JoseKey("ec-1", public, sign)
