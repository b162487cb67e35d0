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

from federation.oauth.errors import InvalidToken, TemporarilyUnavailable
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
"""What comes of reading a stranger's text: numbers of any length, and nesting of any depth, included."""


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


class ReadProof(Struct, frozen=True):
    """A proof that is good, if it was not used before."""

    thumbprint: str
    """Of the key that made it (`jkt`)."""
    name: str
    """Under which its use is remembered."""


class DpopProofs:
    """Verifies proofs, each once.

    `replays`: where used proofs are remembered; else in this process, for `most` at once.
    """

    def __init__(self, now: Callable[[], float], most: int = MAX_REMEMBERED, *, replays: Replays | None = None) -> None:
        self.now = now
        self.is_shared = replays is not None
        """Whether spending one may have to wait for a store."""
        self._replays = replays or RememberedProofs(now, most)

    def read(self, request: DpopRequest, token: str) -> ReadProof:
        """The proof, if it is for this request and token; raises InvalidProof. Nothing is remembered yet."""
        try:
            return self._read(request, token)
        except jwt.InvalidSignatureError as error:
            raise InvalidProof(Reason.BAD_PROOF_SIGNATURE) from error
        except _NONSENSE as error:
            raise InvalidProof(Reason.MALFORMED_PROOF, type(error).__name__) from error

    def spend(self, proof: ReadProof) -> None:
        """Use it up; raises InvalidProof for one that was used, TemporarilyUnavailable if that cannot be told now."""
        try:
            is_first = self._replays.claim(proof.name, self.now() + 2 * WINDOW)
        except Exception as error:
            raise TemporarilyUnavailable(Reason.STORE_UNAVAILABLE, type(error).__name__) from error
        if is_first is not True:
            raise InvalidProof(Reason.PROOF_REPLAYED)

    def _read(self, request: DpopRequest, token: str) -> ReadProof:
        if len(request.proof) > MAX_PROOF:
            raise InvalidProof(Reason.MALFORMED_PROOF)
        header = jwt.get_unverified_header(request.proof)
        jwk, alg = header["jwk"], header["alg"]
        if header["typ"].lower() != "dpop+jwt" or "d" in jwk or (jwk["kty"], jwk.get("crv")) != KEYS[alg]:
            raise ValueError("header")
        key = _JWS.get_algorithm_by_name(alg).from_jwk(jwk)
        claims = json.loads(_JWS.decode(request.proof, key, algorithms=[alg]))
        self._check(claims, request, token)
        public = {name: jwk[name] for name in _MEMBERS[jwk["kty"]]}
        return ReadProof(
            thumbprint=_digest(json.dumps(public, separators=(",", ":")).encode()),
            name=_digest(json.dumps([claims["jti"], claims["htu"]]).encode()),
        )

    def _check(self, claims: dict[str, Any], request: DpopRequest, token: str) -> None:
        if not isinstance(claims["jti"], str):
            raise InvalidProof(Reason.INCOMPLETE_PROOF)
        if (claims["htm"], _target(claims["htu"])) != (request.method, _target(request.url)):
            raise InvalidProof(Reason.WRONG_PROOF_TARGET)
        if claims["ath"] != _digest(token.encode()):
            raise InvalidProof(Reason.WRONG_PROOF_TOKEN)
        if not abs(claims["iat"] - self.now()) <= WINDOW:
            raise InvalidProof(Reason.STALE_PROOF)


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
