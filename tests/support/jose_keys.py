"""Keys of foreign issuers: made once per run, written as JWK and used to sign without any JOSE library."""

import base64
from collections.abc import Callable
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, HashAlgorithm
from msgspec import Struct

from federation.model.json import Json

HASHES: dict[str, HashAlgorithm] = {"256": SHA256(), "384": SHA384(), "512": SHA512()}
CURVES: dict[str, ec.EllipticCurve] = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}


def b64u(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def b64u_int(value: int, length: int | None = None) -> str:
    return b64u(value.to_bytes(length or (value.bit_length() + 7) // 8))


class JoseKey(Struct, frozen=True):
    """A key pair of an issuer."""

    kid: str
    public: dict[str, Json]
    """The JWK without `kid`, `alg` and `use`."""
    sign: Callable[[str, bytes], bytes]
    """(alg, message) -> signature."""

    def jwk(self, **members: Json) -> dict[str, Json]:
        return {"kid": self.kid, **self.public, **members}


@cache
def rsa_key(kid: str = "rsa-1", bits: int = 2048, exponent: int = 65537) -> JoseKey:
    private = rsa.generate_private_key(exponent, bits)
    numbers = private.public_key().public_numbers()

    def sign(alg: str, message: bytes) -> bytes:
        digest = HASHES[alg[2:]]
        if alg.startswith("PS"):
            return private.sign(message, padding.PSS(padding.MGF1(digest), digest.digest_size), digest)
        return private.sign(message, padding.PKCS1v15(), digest)

    return JoseKey(kid, {"kty": "RSA", "n": b64u_int(numbers.n), "e": b64u_int(numbers.e)}, sign)


@cache
def ec_key(kid: str = "ec-1", crv: str = "P-256") -> JoseKey:
    private = ec.generate_private_key(CURVES[crv])
    numbers, half = private.public_key().public_numbers(), (CURVES[crv].key_size + 7) // 8

    def sign(alg: str, message: bytes) -> bytes:
        r, s = decode_dss_signature(private.sign(message, ec.ECDSA(HASHES[alg[2:]])))
        return r.to_bytes(half) + s.to_bytes(half)

    public: dict[str, Json] = {"kty": "EC", "crv": crv, "x": b64u_int(numbers.x, half), "y": b64u_int(numbers.y, half)}
    return JoseKey(kid, public, sign)


@cache
def ed25519_key(kid: str = "ed-1") -> JoseKey:
    private = ed25519.Ed25519PrivateKey.generate()

    def sign(_alg: str, message: bytes) -> bytes:
        return private.sign(message)

    x = b64u(private.public_key().public_bytes_raw())
    return JoseKey(kid, {"kty": "OKP", "crv": "Ed25519", "x": x}, sign)


def key_for(alg: str, kid: str = "key-1") -> JoseKey:
    """A key of the kind that `alg` needs."""
    if alg in ("EdDSA", "Ed25519"):
        return ed25519_key(kid)
    if alg.startswith("ES"):
        return ec_key(kid, {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}[alg])
    return rsa_key(kid)
