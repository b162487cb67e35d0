"""An identity provider's key pair, in memory only."""

import json
from typing import Any, TypeAlias

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from msgspec import Struct

from federation.model.json import Claims

PrivateKey: TypeAlias = RSAPrivateKey | EllipticCurvePrivateKey


class IssuerKey(Struct, frozen=True):
    """Signs as its issuer does."""

    kid: str
    algorithm: str
    private: PrivateKey
    use: str = "sig"

    @property
    def jwk(self) -> dict[str, Any]:
        """The public half (RFC 7517)."""
        return {**_public_members(self.private), "kid": self.kid, "alg": self.algorithm, "use": self.use}

    @property
    def jwks(self) -> dict[str, Any]:
        """A set of this one key."""
        return {"keys": [self.jwk]}

    def sign(self, claims: Claims, header: dict[str, Any] | None = None) -> str:
        """A JWT of `claims`; `header` adds to or, by None, removes from `alg`, `typ` and `kid`."""
        return jwt.encode(
            dict(claims), self.private, algorithm=self.algorithm, headers={"kid": self.kid, **(header or {})}
        )


def generate_key(kid: str, algorithm: str, use: str = "sig") -> IssuerKey:
    """A fresh key pair for RS256 or ES256."""
    if algorithm == "ES256":
        return IssuerKey(kid, algorithm, generate_private_key(SECP256R1()), use)
    return IssuerKey(kid, algorithm, generate_rsa_key(public_exponent=65537, key_size=2048), use)


def _public_members(private: PrivateKey) -> dict[str, Any]:
    if isinstance(private, RSAPrivateKey):
        return _without_operations(RSAAlgorithm.to_jwk(private.public_key()))
    return _without_operations(ECAlgorithm.to_jwk(private.public_key()))


def _without_operations(text: str) -> dict[str, Any]:
    """`use` says it already; RFC 7517 section 4.3 wants only one of the two."""
    return {name: value for name, value in json.loads(text).items() if name != "key_ops"}
