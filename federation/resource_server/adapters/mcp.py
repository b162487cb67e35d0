"""Servers of the MCP Python SDK, 2.x (authorization of the Model Context Protocol, revision 2026-07-28).

    bridge = McpBridge(Verifier(...), url="https://tools.example.com/calendar/mcp", scope="calendar:read")
    server = MCPServer("calendar", token_verifier=bridge, auth=bridge.settings)
    app = bridge.guard(server.streamable_http_app(streamable_http_path="/calendar/mcp"))

The SDK alone sees a token without its request, so there a bound token is refused; behind `guard` its proof is checked.
"""

from typing import Any

from mcp.server.auth.middleware.auth_context import get_access_token
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings
from pydantic import AnyHttpUrl
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.oauth.errors import NoToken, OAuthError
from federation.oauth.reasons import Reason
from federation.resource_server.adapters.asgi import ADMITTED, App, BridgeMiddleware
from federation.resource_server.claims import Claims
from federation.resource_server.protected_resource import ProtectedResource
from federation.resource_server.requirement import Requirement
from federation.resource_server.uses import log_use
from federation.resource_server.verifier import Verifier


class McpBridge:
    """A TokenVerifier for one MCP server. `url`: of its endpoint, as clients know it."""

    def __init__(self, verifier: Verifier, *, url: str, scope: str, name: str = "") -> None:
        """`scope`: that every request takes."""
        self._verifier = verifier
        self._requirement = Requirement(scope)
        scopes = tuple(self._requirement.scope.split())
        self.resource = ProtectedResource(url, verifier.issuer, scopes, proofs=True, name=name)

    @property
    def settings(self) -> AuthSettings:
        """For the SDK's `auth`. Tokens for another resource are refused by the SDK as well."""
        return AuthSettings(
            issuer_url=AnyHttpUrl(self._verifier.issuer),
            resource_server_url=AnyHttpUrl(self.resource.url),
            required_scopes=list(self.resource.scopes),
            validate_token_resource=True,
        )

    async def verify_token(self, token: str) -> AccessToken | None:
        """The SDK's protocol; None: the token is not good here, or that cannot be told now."""
        admitted = ADMITTED.get()
        if admitted is not None and admitted[0] == token:
            return self._access(token, admitted[1])
        try:
            claims = await self._verifier.verify_async(token)
        except OAuthError:
            return None
        log_use(claims, self._verifier.audience, f"MCP {self.resource.url}")
        return self._access(token, claims)

    def guard(self, app: App) -> App:
        """The server's ASGI application, behind proofs, answers with the scope that is missing, and its metadata."""
        return BridgeMiddleware(
            app,
            self._verifier,
            require=self._requirement,
            url=self.resource.origin,
            resource=self.resource,
            as_bearer=True,
        )

    @property
    def metadata_route(self) -> Route:
        """For the application at the root of the host, where the guarded one is mounted below it."""

        async def metadata(_: Request) -> Response:
            return Response(self.resource.document, media_type="application/json")

        return Route(self.resource.metadata_path, metadata, methods=["GET"])

    def require(self, scope: str | None = None, /, **more: Any) -> Claims:  # noqa: ANN401  (as Claims.require has it)
        """Within a tool: the caller's claims, if they are good for this; raises InsufficientScope."""
        return Requirement(scope, **more).check(caller_claims())

    def _access(self, token: str, claims: Claims) -> AccessToken:
        return AccessToken(
            token=token,
            client_id=claims.client,
            scopes=sorted(claims.scopes),
            expires_at=claims.expires_at,
            resource=self.resource.url,  # the verifier let in only what is for this audience
            subject=claims.principal,
            claims=dict(claims),
        )


def caller_claims() -> Claims:
    """Within a tool: the caller's claims; raises NoToken."""
    access = get_access_token()
    if access is None or access.claims is None:
        raise NoToken(Reason.MISSING_BEARER_TOKEN)
    return Claims(access.claims)
