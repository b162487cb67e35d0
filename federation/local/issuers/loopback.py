"""Identity providers behind one HTTP server on loopback, each with a key pair in memory only."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self, TypeAlias

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa_key
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from msgspec import Struct

from federation.local.requests import NOT_FOUND, GatewayRequest, GatewayResponse
from federation.local.server import Server, listen, url_of
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


_DISCOVERY = ".well-known/openid-configuration"
_JWKS = "jwks"


class Endpoints(Struct, frozen=True):
    """Where one provider is found."""

    issuer: str
    """Its issuer URL when it lives on loopback altogether."""
    jwks_uri: str


class LoopbackIssuers(AbstractContextManager["LoopbackIssuers"]):
    """Serves discovery and JWKS of every provider in `keys` (id -> key) until left."""

    def __init__(self, keys: Mapping[str, IssuerKey]) -> None:
        listener = listen(0)
        self._url = url_of(listener)
        self._keys = keys
        self._server = Server(listener, self._answer)
        self.paths_served: list[str] = []
        """Every path that was asked for, in order."""

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.__exit__(kind, error, trace)

    @property
    def names(self) -> frozenset[str]:
        """Every provider that is served."""
        return frozenset(self._keys)

    def endpoints(self, name: str) -> Endpoints:
        """Where the provider `name` is found."""
        return Endpoints(issuer=f"{self._url}/{name}", jwks_uri=f"{self._url}/{name}/{_JWKS}")

    def _answer(self, request: GatewayRequest) -> GatewayResponse:
        self.paths_served.append(request.path)
        _, name, rest = [*request.path.split("/", 2), "", ""][:3]
        if request.method != "GET" or name not in self._keys:
            return NOT_FOUND
        documents = {_JWKS: self._keys[name].jwks, _DISCOVERY: self._discovery(name)}
        return _json(documents[rest]) if rest in documents else NOT_FOUND

    def _discovery(self, name: str) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0 section 3."""
        where = self.endpoints(name)
        return {
            "issuer": where.issuer,
            "jwks_uri": where.jwks_uri,
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [self._keys[name].algorithm],
        }


def _json(document: dict[str, Any]) -> GatewayResponse:
    headers = (("content-type", "application/json"), ("cache-control", "max-age=300"))
    return GatewayResponse(200, json.dumps(document).encode(), headers)
