"""Proof that a request comes from whoever a token is bound to (RFC 9449 section 4.3, RFC 8705 section 3)."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from ssl import PEM_cert_to_DER_cert
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

import jwt
from jwt.algorithms import OKPAlgorithm

from federation.oauth.errors import InvalidToken
from federation.oauth.reasons import Reason

KEYS = {"ES256": ("EC", "P-256"), "PS256": ("RSA", None), "EdDSA": ("OKP", "Ed25519"), "Ed25519": ("OKP", "Ed25519")}
"""`alg` -> `kty` and `crv` of its keys. The last two are one algorithm (RFC 9864)."""
WINDOW = 60
"""Seconds by which `iat` may be off, either way."""
MAX_REMEMBERED = 100_000
_JWS = jwt.PyJWS(algorithms=list(KEYS))
_JWS.register_algorithm("Ed25519", OKPAlgorithm())  # under its new name not known to PyJWT
_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n"), "OKP": ("crv", "kty", "x")}
"""What a thumbprint is made of (RFC 7638 section 3.2)."""
_NONSENSE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, jwt.PyJWTError)
"""What comes of reading what anybody may have written: numbers of any length, and nesting of any depth, included."""


@dataclass(frozen=True, slots=True)
class DpopRequest:
    """A request that came with `Authorization: DPoP` and a DPoP header."""

    proof: str = field(repr=False)
    method: str
    url: str
    """As the service is known outside; never from a Host header."""


@dataclass(slots=True)
class DpopProofs:
    """Verifies proofs, each once for this process: a service of several processes adds a store of its own."""

    now: Callable[[], float]
    most: int = MAX_REMEMBERED
    """Proofs that are remembered at once."""
    _seen: dict[str, float] = field(default_factory=dict, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    def thumbprint(self, request: DpopRequest, token: str) -> str:
        """`jkt` of the key that made the proof for this request and token; raises InvalidToken."""
        try:
            return self._thumbprint(request, token)
        except _NONSENSE as error:
            raise InvalidToken(Reason.PROOF_REQUIRED, type(error).__name__) from error

    def _thumbprint(self, request: DpopRequest, token: str) -> str:
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
        self._claim(_digest(json.dumps([claims["jti"], claims["htu"]]).encode()))

    def _claim(self, name: str) -> None:
        """Remembered as long as the proof is good; who could make us forget is refused instead."""
        with self._lock:
            now = self.now()
            if len(self._seen) >= self.most:
                self._seen = {seen: until for seen, until in self._seen.items() if until >= now}
            if len(self._seen) >= self.most or self._seen.get(name, now - 1) >= now:
                raise ValueError("used")
            self._seen[name] = now + 2 * WINDOW


def certificate_thumbprint(pem: str) -> str:
    """`x5t#S256` of a client certificate; raises InvalidToken."""
    try:
        return _digest(PEM_cert_to_DER_cert(pem.strip()))
    except ValueError as error:
        raise InvalidToken(Reason.CERTIFICATE_REFUSED) from error


def _target(url: str) -> tuple[str, str, int | None, str]:
    """Without query and fragment (RFC 9449 section 4.3)."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme.lower())
    return parts.scheme.lower(), (parts.hostname or "").lower(), port, parts.path or "/"


def _digest(data: bytes) -> str:
    return urlsafe_b64encode(sha256(data).digest()).rstrip(b"=").decode("ascii")
