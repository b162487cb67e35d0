"""gRPC: an interceptor for grpcio's asyncio server; `current_claims()` within a servicer.

bridge = BridgeInterceptor(Verifier(...), {"/risk.Engine/Score": "risk:score:read"})
server = grpc.aio.server(interceptors=[bridge])
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from inspect import isawaitable
from typing import Any

import grpc
import grpc.aio

from federation.resource_server.claims import Claims
from federation.resource_server.grpc_gate import CLAIMS, GrpcGate, Refused
from federation.resource_server.verifier import Verifier

Behavior = Callable[[Any, grpc.aio.ServicerContext], Any]


def current_claims() -> Claims:
    """Of the call that is being answered."""
    return CLAIMS.get()


class BridgeInterceptor(grpc.aio.ServerInterceptor):
    """Lets no call through without a good token. See GrpcGate."""

    def __init__(
        self, verifier: Verifier, scopes: Mapping[str, str], *, url: str | None = None, public: Iterable[str] = ()
    ) -> None:
        self._gate = GrpcGate(verifier, scopes, url=url, public=public)

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Any]], handler_call_details: grpc.HandlerCallDetails
    ) -> Any:  # noqa: ANN401  (an RpcMethodHandler)
        """The protocol of grpcio."""
        handler, method = await continuation(handler_call_details), handler_call_details.method
        if handler is None or self._gate.is_public(method):
            return handler
        kind = f"{_side(handler.request_streaming)}_{_side(handler.response_streaming)}"
        guard = self._stream if handler.response_streaming else self._unary
        make = getattr(grpc, f"{kind}_rpc_method_handler")
        guarded = guard(getattr(handler, kind), method)
        return make(guarded, handler.request_deserializer, handler.response_serializer)

    def _unary(self, behavior: Behavior, method: str) -> Behavior:
        async def guarded(request: Any, context: grpc.aio.ServicerContext) -> Any:  # noqa: ANN401  (messages)
            await self._let_in(method, context)
            answered = behavior(request, context)
            return await answered if isawaitable(answered) else answered

        return guarded

    def _stream(self, behavior: Behavior, method: str) -> Behavior:
        async def guarded(request: Any, context: grpc.aio.ServicerContext) -> AsyncIterator[Any]:  # noqa: ANN401
            await self._let_in(method, context)
            answered = behavior(request, context)
            if isawaitable(answered):  # it writes to the context instead
                await answered
                return
            async for response in answered:
                yield response

        return guarded

    async def _let_in(self, method: str, context: grpc.aio.ServicerContext) -> None:
        """Sets the claims, or aborts, which raises."""
        admitted = await self._gate.admit_async(method, context)
        if isinstance(admitted, Refused):
            await context.abort(grpc.StatusCode[admitted.code], admitted.details, admitted.trailers)
        else:
            CLAIMS.set(admitted)


def _side(streaming: bool) -> str:
    return "stream" if streaming else "unary"
