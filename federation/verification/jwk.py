"""JSON Web Key (RFC 7517, RFC 7518 section 6, RFC 8037) -> a key that may verify, or the reason why not."""

import json
from collections.abc import Callable, Iterable
from collections.abc import Mapping as ReadOnly
from functools import cache
from hashlib import sha256
from typing import ClassVar, TypeAlias

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurve,
    EllipticCurvePublicKey,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from msgspec import Struct

from federation.model.json import JsonObject
from federation.value import Redacted
from federation.verification import base64url
from federation.verification.algorithms import ALGORITHMS, SignatureAlgorithm, same_algorithm
from federation.verification.base64url import NotBase64url
from federation.verification.compact import is_kid

_SIGN = 0x80
_SMALL_ORDER = frozenset(
    bytes.fromhex(point)
    for point in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)
"""Every encoding, canonical or not, with the sign of x left out."""


def is_small_order(public: bytes) -> bool:
    """Whether signatures that verify with this key of 32 bytes can be made without a secret."""
    return public[:-1] + bytes([public[-1] & ~_SIGN]) in _SMALL_ORDER


MIN_BITS = 2048
MAX_BITS = 8192
"""Above it, verifying is a way to burn our CPU."""
MIN_EXPONENT = 3
MAX_EXPONENT_BITS = 32

_GENERATOR = 65537
_PRIMES = (
    *(3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103),
    *(107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167),
)


def weakness(modulus: int, exponent: int) -> str | None:
    """Why a public key must not be trusted; None: no known reason."""
    if not MIN_BITS <= modulus.bit_length() <= MAX_BITS:
        return "RSA modulus below 2048 or above 8192 bits"
    if modulus % 2 == 0 or exponent % 2 == 0 or exponent < MIN_EXPONENT or exponent.bit_length() > MAX_EXPONENT_BITS:
        return "RSA modulus or exponent"
    if _has_roca_fingerprint(modulus):
        return "ROCA"
    return None


def _has_roca_fingerprint(modulus: int) -> bool:
    """CVE-2017-15361: the primes were built from powers of 65537, and the modulus shows it at every small prime."""
    return all(modulus % prime in residues for prime, residues in _subgroups())


@cache
def _subgroups() -> tuple[tuple[int, frozenset[int]], ...]:
    return tuple((prime, frozenset(pow(_GENERATOR, power, prime) for power in range(prime))) for prime in _PRIMES)


PublicKey: TypeAlias = RSAPublicKey | EllipticCurvePublicKey | Ed25519PublicKey

PUBLIC_MEMBERS = frozenset({"kty", "crv", "n", "e", "x", "y"})
"""What a public key is made of."""
PRIVATE_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
SIG = "sig"
JWT_SVID = "jwt-svid"
"""`use` of the keys in a SPIFFE bundle that sign JWT-SVIDs (JWT-SVID section 6.1)."""

_KTY_WITH_CURVE = frozenset({"EC", "OKP"})
_CURVES: ReadOnly[str, EllipticCurve] = {"P-256": SECP256R1(), "P-384": SECP384R1(), "P-521": SECP521R1()}


class UnusableJwk(ValueError):
    """This key must not verify anything; the message says why."""


class VerificationKey(Redacted, Struct, frozen=True):
    """A public key of an issuer, checked once and then used as it is."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"public_key"})

    kid: str | None
    kty: str
    crv: str | None
    alg: str | None
    """If the issuer says it, the only algorithm that the key is for."""
    public_key: PublicKey
    use: str = SIG
    """What the key is for; its provider says which use its tokens need."""
    issuer: str | None = None
    """Whose tokens it signs, where a set that several issuers share says so (Microsoft's member `issuer`)."""

    def fits(self, algorithm: SignatureAlgorithm) -> bool:
        """Whether a token signed with `algorithm` may name this key (RFC 8725 section 3.1)."""
        same_kind = self.kty == algorithm.kty and self.crv == algorithm.crv
        return same_kind and (self.alg is None or same_algorithm(self.alg, algorithm.name))


def read_jwk(jwk: JsonObject) -> VerificationKey:
    """The key that `jwk` is; raises UnusableJwk."""
    use = _use(jwk)
    _check_purpose(jwk)
    kty = _text(jwk, "kty")
    build = _BUILDERS.get(kty)
    if build is None:
        raise UnusableJwk("unknown kty")
    crv = _text(jwk, "crv") if kty in _KTY_WITH_CURVE else None
    issuer = _text(jwk, "issuer") if "issuer" in jwk else None
    return VerificationKey(_kid(jwk), kty, crv, _alg(jwk), public_key=build(jwk), use=use, issuer=issuer)


def has_private_members(jwk: JsonObject) -> bool:
    """Whether it shows what must stay secret."""
    return not PRIVATE_MEMBERS.isdisjoint(jwk)


def _check_purpose(jwk: JsonObject) -> None:
    if has_private_members(jwk):
        raise UnusableJwk("private members")
    key_ops = jwk.get("key_ops", ["verify"])
    if not isinstance(key_ops, list) or "verify" not in key_ops:
        raise UnusableJwk("key_ops without verify")


def _use(jwk: JsonObject) -> str:
    use = jwk.get("use", SIG)
    if not isinstance(use, str) or use not in (SIG, JWT_SVID):
        raise UnusableJwk("use is not sig")
    return use


def _kid(jwk: JsonObject) -> str | None:
    kid = jwk.get("kid")
    if kid is not None and not is_kid(kid):
        raise UnusableJwk("malformed kid")
    return kid


def _alg(jwk: JsonObject) -> str | None:
    alg = jwk.get("alg")
    if alg is not None and (not isinstance(alg, str) or alg not in ALGORITHMS):
        raise UnusableJwk("unknown alg")
    return alg


def _rsa(jwk: JsonObject) -> RSAPublicKey:
    modulus, exponent = int.from_bytes(_octets(jwk, "n")), int.from_bytes(_octets(jwk, "e"))
    if reason := weakness(modulus, exponent):
        raise UnusableJwk(reason)
    return RSAPublicNumbers(exponent, modulus).public_key()


def _ec(jwk: JsonObject) -> EllipticCurvePublicKey:
    curve = _CURVES.get(_text(jwk, "crv"))
    if curve is None:
        raise UnusableJwk("unknown crv")
    x, y = _octets(jwk, "x"), _octets(jwk, "y")
    if not len(x) == len(y) == (curve.key_size + 7) // 8:
        raise UnusableJwk("coordinates of the wrong length")
    try:
        return EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), curve).public_key()
    except ValueError:
        raise UnusableJwk("point off the curve") from None


def _okp(jwk: JsonObject) -> Ed25519PublicKey:
    if _text(jwk, "crv") != "Ed25519":
        raise UnusableJwk("unknown crv")
    x = _octets(jwk, "x")
    try:
        key = Ed25519PublicKey.from_public_bytes(x)
    except ValueError:
        raise UnusableJwk("x of the wrong length") from None
    if is_small_order(x):
        raise UnusableJwk("a point of small order")
    return key


_BUILDERS: ReadOnly[str, Callable[[JsonObject], PublicKey]] = {"RSA": _rsa, "EC": _ec, "OKP": _okp}


def _text(jwk: JsonObject, name: str) -> str:
    value = jwk.get(name)
    if not isinstance(value, str):
        raise UnusableJwk(f"{name} is missing or no text")
    return value


def _octets(jwk: JsonObject, name: str) -> bytes:
    try:
        return base64url.decode(_text(jwk, name).encode("ascii"))
    except (NotBase64url, UnicodeEncodeError):
        raise UnusableJwk(f"{name} is not base64url") from None


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
    return {"kty": key.kty, "crv": key.crv, "x": _canonical(public_key.public_bytes_raw())}


def _integer(value: int, size: int | None = None) -> str:
    return _canonical(value.to_bytes(size or (value.bit_length() + 7) // 8))


def _canonical(octets: bytes) -> str:
    return base64url.encode(octets).decode("ascii")
