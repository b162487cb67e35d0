"""MCP servers of both kits, under uvicorn."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from fastmcp import FastMCP
from mcp.server.mcpserver import MCPServer

from federation.local.server import listen, url_of
from federation.resource_server.adapters.fastmcp import BridgeAuth
from federation.resource_server.adapters.fastmcp import require as required_by_fastmcp
from federation.resource_server.adapters.mcp import McpBridge
from federation.resource_server.testing import OwnBridge
from tests.support.services.asked import AUDIENCE, SCOPE, Outcome
from tests.support.services.web import uvicorn_serving

ENDPOINT = "/calendar/mcp"
_HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}


@dataclass(frozen=True)
class McpService:
    """Asked to initialize."""

    url: str
    method: str = "POST"
    challenges: bool = True
    unavailable: int = 503
    not_good: int = 401

    @property
    def proven_url(self) -> str:
        return self.url

    def ask(self, headers: Mapping[str, str]) -> Outcome:
        told = {"accept": "application/json, text/event-stream", "content-type": "application/json", **headers}
        answer = httpx.post(self.url, headers=told, content=json.dumps(_HELLO), timeout=30)
        return Outcome(answer.status_code, answer.headers.get("www-authenticate", ""), answer.text)


@contextmanager
def mcp_service(bridge: OwnBridge) -> Iterator[McpService]:
    listener = listen(0)
    url = url_of(listener) + ENDPOINT
    door = McpBridge(bridge.verifier(AUDIENCE), url=url, scope=SCOPE)
    server = MCPServer("calendar", token_verifier=door, auth=door.settings)

    @server.tool()
    def whoami() -> str:
        """Who calls."""
        return door.require(SCOPE).principal

    with uvicorn_serving(door.guard(server.streamable_http_app(streamable_http_path=ENDPOINT)), listener):
        yield McpService(url)


@contextmanager
def fastmcp_service(bridge: OwnBridge) -> Iterator[McpService]:
    listener = listen(0)
    auth = BridgeAuth(bridge.verifier(AUDIENCE), base_url=url_of(listener), scope=SCOPE)
    server: Any = FastMCP("calendar", auth=auth)

    @server.tool
    def whoami() -> str:
        """Who calls."""
        return required_by_fastmcp(SCOPE).principal

    with uvicorn_serving(server.http_app(path=ENDPOINT), listener) as url:
        yield McpService(url + ENDPOINT)
