"""Several identity providers behind one HTTP server on loopback."""

import json
from collections.abc import Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self

from msgspec import Struct

from federation.local.issuers.keys import IssuerKey
from federation.local.requests import GatewayRequest, GatewayResponse
from federation.local.responses import NOT_FOUND
from federation.local.server import Server, listen, url_of

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
