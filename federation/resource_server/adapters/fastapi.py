"""FastAPI: a dependency that lets nothing through without a good token, and shows up in OpenAPI.

bridge = Bridge(Verifier(...), url="https://risk.example.com")

@app.get("/scores")
async def scores(claims: Annotated[Claims, bridge.require("risk:score:read")]): ...
"""

from typing import Any

from fastapi import HTTPException, Request, Security
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from federation.oauth.errors import OAuthError
from federation.resource_server.adapters.asgi import read_request
from federation.resource_server.claims import Claims
from federation.resource_server.gate import Gate
from federation.resource_server.requirement import Requirement
from federation.resource_server.verifier import Verifier


class Bridge:
    """The gate of one service. `url`, `certificate_header`: see Gate."""

    def __init__(
        self,
        verifier: Verifier,
        *,
        url: str | None = None,
        certificate_header: str | None = None,
        name: str = "federation-bridge",
    ) -> None:
        """`name`: of the security scheme in OpenAPI."""
        self._gate = Gate(verifier, url=url, certificate_header=certificate_header)
        self._name = name

    def require(self, scope: str | None = None, /, **more: Any) -> Any:  # noqa: ANN401  (FastAPI's own type for it)
        """A dependency that yields the Claims of a token that is good for this. `more`: as Claims.require has it."""
        requirement = Requirement(scope, **more)
        return Security(_Required(self._gate, requirement, self._name), scopes=requirement.scope.split())


class _Required(SecurityBase):
    def __init__(self, gate: Gate, requirement: Requirement, name: str) -> None:
        self._gate = gate
        self._requirement = requirement
        self.scheme_name = name
        self.model = HTTPBearer(bearerFormat="at+jwt", description="An access token of the bridge.")

    async def __call__(self, request: Request) -> Claims:
        """Raises HTTPException."""
        asked = read_request(request.scope, self._gate.certificate_header)
        try:
            claims = await self._gate.admit_async(asked, self._requirement)
        except OAuthError as refusal:
            answer = self._gate.answer(refusal, asked, self._requirement)
            headers = {name: value for name, value in answer.headers.items() if name != "content-type"}
            raise HTTPException(answer.status, answer.members, headers) from None
        request.state.claims = claims
        return claims
