"""JSON Web Key (RFC 7517, RFC 7518 section 6, RFC 8037) -> a key that may verify, or the reason why not."""

from collections.abc import Callable
from collections.abc import Mapping as ReadOnly
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
from federation.verification.algorithms import ALGORITHMS, SignatureAlgorithm
from federation.verification.base64url import NotBase64url
from federation.verification.header import is_kid
from federation.verification.weak_ed25519 import is_small_order
from federation.verification.weak_rsa import weakness

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
        same_kind = (self.kty, self.crv) == (algorithm.kty, algorithm.crv)
        return same_kind and self.alg in (None, algorithm.name)


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
    """Whether somebody published what must stay secret."""
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
