# ruff: noqa: INP001 - beside the script that plays it
"""The agent: for each call of a tool it gets a token for that call, on behalf of whoever asked it."""

from collections.abc import Generator
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from federation.client.attempts import Patience
from federation.client.credential import Credential
from federation.client.sources.source import Source
from federation.client.token import FederatedToken


class ForOneCall(httpx2.Auth):
    """A proof for each HTTP request of the call."""

    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Httpx's protocol."""
        request.headers.update(self._credential.headers(request.method, str(request.url)))
        yield request


class Planner:
    """`identity`: where the agent's own token is. `server`: URL of the tools."""

    def __init__(self, bridge: str, server: str, identity: Source, *, patience: float = 0.0) -> None:
        """`patience`: seconds to wait for a person who has to agree."""
        self._server = server
        waiting = Patience(approval=patience)
        self._tokens = FederatedToken(bridge, "calendar-mcp", "calendar:use", source=identity, patience=waiting)

    def token(self, person: str, tool: str, purpose: str) -> Credential:
        """For one call of the tool on behalf of the person whose token this is; raises Refused."""
        return self._tokens.delegate(person, tool, purpose=purpose)

    async def call(self, credential: Credential, tool: str, **arguments: str) -> str:
        """What the tool says; raises RuntimeError for what it refuses."""
        async with (
            httpx2.AsyncClient(auth=ForOneCall(credential)) as http,
            Client(streamable_http_client(self._server, http_client=http)) as client,
        ):
            result: Any = await client.call_tool(tool, arguments)
        said = str(result.content[0].text)
        if result.is_error:
            raise RuntimeError(said)
        return said
