"""Proof that a request comes from the holder of a token's key (RFC 9449 section 4.3, RFC 8705 section 3)."""

import json
import re
from collections.abc import Callable
from hashlib import sha256
from ssl import PEM_cert_to_DER_cert
from typing import Any, ClassVar
from urllib.parse import urlsplit

import jwt
from jwt.algorithms import OKPAlgorithm
from msgspec import Struct

from federation.oauth.errors import InvalidToken
from federation.oauth.reasons import Reason
from federation.resource_server.base64url import encode
from federation.resource_server.replays import MAX_REMEMBERED, RememberedProofs, Replays
from federation.value import Redacted

KEYS = {"ES256": ("EC", "P-256"), "PS256": ("RSA", None), "EdDSA": ("OKP", "Ed25519"), "Ed25519": ("OKP", "Ed25519")}
"""`alg` -> `kty` and `crv` of its keys. The last two are one algorithm (RFC 9864)."""
WINDOW = 60
"""Seconds by which `iat` may be off, either way."""
MAX_PROOF = 4 * 1024
_JWS = jwt.PyJWS(algorithms=list(KEYS))
_JWS.register_algorithm("Ed25519", OKPAlgorithm())  # under its new name not known to PyJWT
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n"), "OKP": ("crv", "kty", "x")}
"""What a thumbprint is made of (RFC 7638 section 3.2)."""
_NONSENSE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, jwt.PyJWTError)
"""What comes of reading what anybody may have written: numbers of any length, and nesting of any depth, included."""


class DpopRequest(Redacted, Struct, frozen=True):
    """A request that came with `Authorization: DPoP` and a DPoP header."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset({"proof"})
    proof: str
    method: str
    url: str
    """As the service is known outside; never from a Host header."""


class InvalidProof(InvalidToken):
    """A proof that is malformed, of something else, or used (RFC 9449 section 7.1)."""

    error = "invalid_dpop_proof"


class DpopProofs:
    """Verifies proofs, each once.

    `replays`: where used proofs are remembered; else in this process, for `most` at once.
    """

    def __init__(self, now: Callable[[], float], most: int = MAX_REMEMBERED, *, replays: Replays | None = None) -> None:
        self.now = now
        self._replays = replays or RememberedProofs(now, most)

    def thumbprint(self, request: DpopRequest, token: str) -> str:
        """`jkt` of the key that made the proof for this request and token; raises InvalidToken."""
        try:
            return self._thumbprint(request, token)
        except _NONSENSE as error:
            raise InvalidProof(Reason.PROOF_REQUIRED, type(error).__name__) from error

    def _thumbprint(self, request: DpopRequest, token: str) -> str:
        if len(request.proof) > MAX_PROOF:
            raise ValueError("size")
        header = jwt.get_unverified_header(request.proof)
        jwk, alg = header["jwk"], header["alg"]
        if header["typ"].lower() != "dpop+jwt" or "d" in jwk or (jwk["kty"], jwk.get("crv")) != KEYS[alg]:
            raise ValueError("header")
        key = _JWS.get_algorithm_by_name(alg).from_jwk(jwk)
        self._check(json.loads(_JWS.decode(request.proof, key, algorithms=[alg])), request, token)
        return _digest(json.dumps({name: jwk[name] for name in _MEMBERS[jwk["kty"]]}, separators=(",", ":")).encode())

    def _check(self, claims: dict[str, Any], request: DpopRequest, token: str) -> None:
        same = (claims["htm"], _target(claims["htu"])) == (request.method, _target(request.url))
        if not same or not isinstance(claims["jti"], str) or claims["ath"] != _digest(token.encode()):
            raise ValueError("another request or token")
        if not abs(claims["iat"] - self.now()) <= WINDOW:
            raise ValueError("too old")
        used = _digest(json.dumps([claims["jti"], claims["htu"]]).encode())
        if not self._replays.claim(used, self.now() + 2 * WINDOW):
            raise ValueError("used")


def certificate_thumbprint(pem: str) -> str:
    """`x5t#S256` of a client certificate; raises InvalidToken."""
    try:
        return _digest(PEM_cert_to_DER_cert(pem.strip()))
    except ValueError as error:
        raise InvalidToken(Reason.CERTIFICATE_REFUSED) from error


def _target(url: str) -> tuple[str, str, int | None, str]:
    """Without query and fragment, and the path in its normal form (RFC 9449 section 4.3, RFC 3986 section 6.2)."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme.lower())
    path = _ESCAPE.sub(lambda found: _normal(found[0]), parts.path or "/")
    return parts.scheme.lower(), (parts.hostname or "").lower(), port, path


def _normal(escape: str) -> str:
    """What needs no escape has none (RFC 3986 section 2.3); others are in upper case."""
    character = chr(int(escape[1:], 16))
    return character if character.isascii() and (character.isalnum() or character in "-._~") else escape.upper()


def _digest(data: bytes) -> str:
    return encode(sha256(data).digest())
