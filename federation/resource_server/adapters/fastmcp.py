"""Servers of FastMCP, 4.x (authorization of the Model Context Protocol, revision 2026-07-28).

auth = BridgeAuth(Verifier(...), base_url="https://tools.example.com/calendar", scope="calendar:read")
server = FastMCP("calendar", auth=auth)
app = server.http_app(path="/mcp")
"""

from typing import Any

from fastmcp.server.auth import RemoteAuthProvider, TokenVerifier
from fastmcp.server.auth.auth import AccessToken, TokenVerificationError
from fastmcp.server.dependencies import get_access_token
from pydantic import AnyHttpUrl
from starlette.middleware import Middleware

from federation.oauth.errors import NoToken, OAuthError, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.resource_server.adapters.asgi import ADMITTED, BridgeMiddleware
from federation.resource_server.claims import Claims
from federation.resource_server.protected_resource import ProtectedResource
from federation.resource_server.requirement import Requirement
from federation.resource_server.uses import log_use
from federation.resource_server.verifier import Verifier


class BridgeAuth(RemoteAuthProvider):
    """An auth provider for one server. `base_url`: as callers know it, without the path of its endpoint."""

    def __init__(self, verifier: Verifier, *, base_url: str, scope: str, name: str | None = None) -> None:
        """`scope`: that every request takes."""
        super().__init__(
            _Tokens(verifier),
            [AnyHttpUrl(verifier.issuer)],
            base_url,
            required_scopes=Requirement(scope).scope.split(),
            scopes_supported=Requirement(scope).scope.split(),
            resource_name=name,
        )
        self._verifier = verifier

    def get_middleware(self) -> list[Middleware]:
        """Proofs are checked before FastMCP looks at the token, which it sees without its request."""
        resource = ProtectedResource(
            str(self._resource_url or self.base_url),
            self._verifier.issuer,
            tuple(self.required_scopes),
            proofs=True,
            name=self.resource_name or "",
        )
        proven = Middleware(
            BridgeMiddleware,
            self._verifier,
            scope=" ".join(self.required_scopes),
            url=resource.origin,
            resource=resource,
            optional=True,
            as_bearer=True,
        )
        return [proven, *super().get_middleware()]


class _Tokens(TokenVerifier):
    def __init__(self, verifier: Verifier) -> None:
        super().__init__()
        self._verifier = verifier

    async def verify_token(self, token: str) -> AccessToken | None:
        admitted = ADMITTED.get()
        if admitted is not None and admitted[0] == token:
            return _access(token, admitted[1])
        try:
            claims = await self._verifier.verify_async(token)
        except TemporarilyUnavailable as error:
            raise TokenVerificationError(error.description) from error
        except OAuthError:
            return None
        log_use(claims, self._verifier.audience, "MCP")
        return _access(token, claims)


def require(scope: str | None = None, /, **more: Any) -> Claims:  # noqa: ANN401  (as Claims.require has it)
    """Within a tool: the caller's claims, if they are good for this; raises InsufficientScope."""
    access = get_access_token()
    if access is None:
        raise NoToken(Reason.MISSING_BEARER_TOKEN)
    return Requirement(scope, **more).check(Claims(access.claims))


def _access(token: str, claims: Claims) -> AccessToken:
    return AccessToken(
        token=token,
        client_id=claims.client,
        scopes=sorted(claims.scopes),
        expires_at=claims.expires_at,
        subject=claims.principal,
        claims=dict(claims),
    )
