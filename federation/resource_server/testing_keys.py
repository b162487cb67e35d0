"""Keys for tests: with which a bridge of one's own signs, and to which callers' tokens are bound."""

import json
from collections.abc import Callable, Mapping
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm

from federation.resource_server.base64url import encode

_KINDS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP"}
_MEMBERS = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n"), "OKP": ("crv", "kty", "x")}


class SigningKey:
    """A bridge's key."""

    def __init__(self, private: Any, algorithm: str) -> None:  # noqa: ANN401  (cryptography's union of key classes)
        self._private = private
        self.algorithm = algorithm
        jwk = jwt.PyJWS().get_algorithm_by_name(algorithm).to_jwk(private.public_key(), as_dict=True)
        public = {name: jwk[name] for name in _MEMBERS[_KINDS[algorithm]]}
        self.kid = f"{algorithm}.{_thumbprint(public)}"
        self.public_jwk: dict[str, str] = {**public, "alg": algorithm, "use": "sig", "kid": self.kid}

    def sign(self, claims: Mapping[str, Any], typ: str) -> str:
        """A JWT of that `typ`."""
        return jwt.encode(dict(claims), self._private, self.algorithm, {"kid": self.kid, "typ": typ})


def make_key(algorithm: str) -> SigningKey:
    """A new one."""
    if _KINDS[algorithm] == "RSA":
        return SigningKey(rsa.generate_private_key(65537, 2048), algorithm)
    if _KINDS[algorithm] == "EC":
        return SigningKey(ec.generate_private_key(ec.SECP256R1()), algorithm)
    return SigningKey(ed25519.Ed25519PrivateKey.generate(), algorithm)


class HolderKey:
    """A caller's key (RFC 9449)."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        jwk = ECAlgorithm.to_jwk(self._private.public_key(), as_dict=True)
        self._jwk = {name: jwk[name] for name in _MEMBERS["EC"]}
        self._now = now

    @property
    def cnf(self) -> dict[str, str]:
        """The claim of a token that is bound to it."""
        return {"jkt": _thumbprint(self._jwk)}

    def proof(self, method: str, url: str, token: str, **claims: Any) -> str:  # noqa: ANN401
        """A DPoP proof for one request with that token; `claims` replace what it says."""
        said = {
            "jti": token_urlsafe(16),
            "htm": method,
            "htu": url,
            "iat": int(self._now()),
            "ath": encode(sha256(token.encode()).digest()),
        }
        return jwt.encode(said | claims, self._private, "ES256", {"typ": "dpop+jwt", "jwk": self._jwk})


def _thumbprint(public: Mapping[str, str]) -> str:
    """RFC 7638."""
    return encode(sha256(json.dumps(dict(sorted(public.items())), separators=(",", ":")).encode()).digest())
