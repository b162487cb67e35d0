"""A key of the caller's own, to which its tokens are bound (RFC 9449)."""

import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from federation.later import module_later

if TYPE_CHECKING:
    import jwt
    from cryptography.hazmat.primitives.asymmetric import ec
    from jwt import algorithms
else:
    jwt, algorithms = module_later("jwt"), module_later("jwt.algorithms")
    ec = module_later("cryptography.hazmat.primitives.asymmetric.ec")

_PUBLIC = ("crv", "kty", "x", "y")


class DpopKey:
    """An ES256 key pair. It is worth as much as the tokens that are bound to it: keep it as you would keep them."""

    def __init__(self, private: "ec.EllipticCurvePrivateKey") -> None:
        self._private = private
        members: dict[str, str] = algorithms.ECAlgorithm.to_jwk(private, as_dict=True)
        self._members = members
        self._algorithm = algorithms.ECAlgorithm(algorithms.ECAlgorithm.SHA256)
        self._header = _encoded({"typ": "dpop+jwt", "alg": "ES256", "jwk": self.public_jwk})

    @classmethod
    def generate(cls) -> "DpopKey":
        """A fresh one."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def load(cls, private_jwk: Mapping[str, str]) -> "DpopKey":
        """The key that `private_jwk` gave away; raises ValueError for anything else."""
        try:
            key = algorithms.ECAlgorithm(algorithms.ECAlgorithm.SHA256).from_jwk(dict(private_jwk))
        except (jwt.InvalidKeyError, ValueError) as error:
            raise ValueError("no private P-256 key") from error
        if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
            return cls(key)
        raise ValueError("no private P-256 key")

    @property
    def private_jwk(self) -> Mapping[str, str]:
        """All of it, to be stored where only its owner reads."""
        return {name: self._members[name] for name in (*_PUBLIC, "d")}

    @property
    def public_jwk(self) -> Mapping[str, str]:
        """What a proof shows."""
        return {name: self._members[name] for name in _PUBLIC}

    @property
    def thumbprint(self) -> str:
        """RFC 7638."""
        return _digest(json.dumps(self.public_jwk, sort_keys=True, separators=(",", ":")))

    def proof(
        self,
        method: str,
        url: str,
        *,
        nonce: str | None = None,
        access_token: str | None = None,
        clock_offset: float = 0.0,
    ) -> str:
        """A fresh proof for one request (RFC 9449 section 4.2). `url`: its query and fragment are left out.

        `clock_offset`: seconds to add to this machine's clock to get the server's.
        """
        claims: dict[str, Any] = {
            "jti": secrets.token_urlsafe(16),
            "htm": method,
            "htu": url.partition("?")[0].partition("#")[0],
            "iat": int(time.time() + clock_offset),
            **({"nonce": nonce} if nonce else {}),
            **({"ath": _digest(access_token)} if access_token else {}),
        }
        signed = f"{self._header}.{_encoded(claims)}"
        return f"{signed}.{_base64url(self._algorithm.sign(signed.encode(), self._private))}"


def _encoded(members: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(members, separators=(",", ":")).encode())


def _digest(text: str) -> str:
    return _base64url(sha256(text.encode()).digest())


def _base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
