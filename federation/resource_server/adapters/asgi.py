"""ASGI 3: a guard around any application, for HTTP and WebSocket (Starlette, FastAPI, Litestar, Quart, MCP servers).

    app = BridgeMiddleware(app, Verifier(...), scope="risk:score:read", url="https://risk.example.com")

The claims are in `scope["state"]["claims"]`, which is `request.state.claims` in Starlette.
"""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from contextvars import ContextVar
from typing import Any, TypeAlias

from federation.oauth.errors import OAuthError
from federation.resource_server.answers import Answer
from federation.resource_server.claims import Claims
from federation.resource_server.gate import Gate, Request
from federation.resource_server.protected_resource import ProtectedResource
from federation.resource_server.requirement import Requirement
from federation.resource_server.verifier import Verifier

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

_POLICY_VIOLATION = 1008
"""RFC 6455 section 7.4.1."""
ADMITTED: ContextVar[tuple[str, Claims] | None] = ContextVar("federation_admitted", default=None)
"""The token of the request that is being answered, and its claims: proven, whatever it takes."""


class BridgeMiddleware:
    """Lets nothing through without a good token. `public`: exact paths that take none, as of a health check."""

    def __init__(  # noqa: PLR0913  (a service has that many sides)
        self,
        app: App,
        verifier: Verifier,
        *,
        scope: str | None = None,
        require: Requirement | None = None,
        url: str | None = None,
        certificate_header: str | None = None,
        public: Iterable[str] = (),
        resource: ProtectedResource | None = None,
        optional: bool = False,
        as_bearer: bool = False,
    ) -> None:
        """`scope`: that every request takes; `require`: more than a scope. `url`, `certificate_header`: see Gate.

        `resource`: its metadata is served, and named in challenges (RFC 9728). `optional`: a request without any token
        goes on without claims. `as_bearer`: the application sees the scheme Bearer, whatever was proven here.
        """
        self._app = app
        self._require = require or Requirement(scope)
        self._public = frozenset(public)
        self._resource = resource
        self._optional = optional
        self._as_bearer = as_bearer
        metadata = resource.metadata_url if resource else ""
        self._gate = Gate(verifier, url=url, certificate_header=certificate_header, resource_metadata=metadata)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "lifespan" or (scope["type"] == "http" and scope["path"] in self._public):
            await self._app(scope, receive, send)
            return
        if self._resource and scope["type"] == "http" and scope["path"] == self._resource.metadata_path:
            await send_json(send, self._resource.document)
            return
        await self._guarded(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = read_request(scope, self._gate.certificate_header)
        if self._optional and not request.authorization:
            await self._app(scope, receive, send)
            return
        try:
            claims = await self._gate.admit_async(request, self._require)
        except OAuthError as refusal:
            await _refuse(scope, receive, send, self._gate.answer(refusal, request, self._require))
            return
        token = self._gate.token(request)
        before = ADMITTED.set((token, claims))
        try:
            await self._app(self._passed_on(scope, token, claims), receive, send)
        finally:
            ADMITTED.reset(before)

    def _passed_on(self, scope: Scope, token: str, claims: Claims) -> Scope:
        told = {**scope, "state": {**scope.get("state", {}), "claims": claims}}
        if self._as_bearer:
            others = [each for each in scope["headers"] if each[0].lower() not in (b"authorization", b"dpop")]
            told["headers"] = [*others, (b"authorization", f"Bearer {token}".encode("ascii"))]
        return told


async def send_json(send: Send, document: bytes) -> None:
    """Answer with a public document."""
    headers = [(b"content-type", b"application/json"), (b"access-control-allow-origin", b"*")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": document})


def read_request(scope: Scope, certificate_header: str = "") -> Request:
    """What the gate looks at. A WebSocket is opened by GET."""
    values: dict[str, list[str]] = {"authorization": [], "dpop": [], certificate_header: []}
    for name, value in scope["headers"]:
        found = values.get(name.decode("latin-1").lower())
        if found is not None:
            found.append(value.decode("latin-1"))
    raw = scope.get("raw_path")
    chain = (scope.get("extensions", {}).get("tls") or {}).get("client_cert_chain") or ()
    return Request(
        method=scope.get("method", "GET"),
        path=(raw or scope["path"].encode()).decode("latin-1").partition("?")[0],
        authorization=tuple(values["authorization"]),
        dpop=tuple(values["dpop"]),
        certificate=next(iter(chain), None),
        certificate_header=tuple(values[certificate_header]) if certificate_header else (),
    )


async def _refuse(scope: Scope, receive: Receive, send: Send, answer: Answer) -> None:
    prefix = ""
    if scope["type"] == "websocket":
        await receive()
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        prefix = "websocket."
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    await send({"type": f"{prefix}http.response.start", "status": answer.status, "headers": headers})
    await send({"type": f"{prefix}http.response.body", "body": answer.body})
