# ruff: noqa: INP001 - a script of its own
"""The tools: an MCP server each of whose tools takes a token for this very tool. `server.py BRIDGE-URL OWN-URL`."""

import logging
import sys
from urllib.parse import urlsplit

import uvicorn
from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from federation.oauth.errors import InsufficientScope
from federation.resource_server.adapters.mcp import McpBridge
from federation.resource_server.verifier import Verifier

BRIDGE, URL = sys.argv[1:]

door = McpBridge(Verifier(BRIDGE, URL), url=URL, scope="calendar:use")
server = MCPServer("calendar", token_verifier=door, auth=door.settings)


def caller_of(tool: str) -> str:
    """Who calls, by a token that is good for that tool; raises ToolError."""
    try:
        claims = door.require(detail={"type": "tool_call", "tool": tool})
    except InsufficientScope as refusal:
        raise ToolError(refusal.description) from None
    return f"{claims.principal}, through {claims.actor}"


@server.tool()
def search(day: str) -> str:
    """Free rooms of a day."""
    return f"{day}: the library is free (asked by {caller_of('search')})"


@server.tool()
def book(room: str) -> str:
    """Book a room."""
    return f"{room} is booked (by {caller_of('book')})"


if __name__ == "__main__":
    logging.getLogger("federation.uses").addHandler(logging.StreamHandler())  # a line for each token, on stderr
    app = door.guard(server.streamable_http_app(streamable_http_path=urlsplit(URL).path))
    uvicorn.run(app, host="127.0.0.1", port=urlsplit(URL).port or 0, log_level="error")
