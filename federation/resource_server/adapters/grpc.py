"""gRPC: an interceptor for grpcio's server; `current_claims()` within a servicer.

bridge = BridgeInterceptor(Verifier(...), {"/risk.Engine/Score": "risk:score:read"})
server = grpc.server(ThreadPoolExecutor(), interceptors=[bridge])
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import grpc

from federation.resource_server.claims import Claims
from federation.resource_server.grpc_gate import CLAIMS, GrpcGate, Refused
from federation.resource_server.verifier import Verifier

Behavior = Callable[[Any, grpc.ServicerContext], Any]


def current_claims() -> Claims:
    """Of the call that is being answered."""
    return CLAIMS.get()


class BridgeInterceptor(grpc.ServerInterceptor):
    """Lets no call through without a good token. See GrpcGate."""

    def __init__(
        self, verifier: Verifier, scopes: Mapping[str, str], *, url: str | None = None, public: Iterable[str] = ()
    ) -> None:
        self._gate = GrpcGate(verifier, scopes, url=url, public=public)

    def intercept_service(
        self, continuation: Callable[[Any], Any], handler_call_details: grpc.HandlerCallDetails
    ) -> Any:  # noqa: ANN401  (an RpcMethodHandler)
        """The protocol of grpcio."""
        handler, method = continuation(handler_call_details), handler_call_details.method
        if handler is None or self._gate.is_public(method):
            return handler
        kind = f"{_side(handler.request_streaming)}_{_side(handler.response_streaming)}"
        guard = self._stream if handler.response_streaming else self._unary
        make = getattr(grpc, f"{kind}_rpc_method_handler")
        guarded = guard(getattr(handler, kind), method)
        return make(guarded, handler.request_deserializer, handler.response_serializer)

    def _unary(self, behavior: Behavior, method: str) -> Behavior:
        def guarded(request: Any, context: grpc.ServicerContext) -> Any:  # noqa: ANN401  (messages)
            self._let_in(method, context)
            return behavior(request, context)

        return guarded

    def _stream(self, behavior: Behavior, method: str) -> Behavior:
        def guarded(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:  # noqa: ANN401  (messages)
            self._let_in(method, context)
            yield from behavior(request, context)

        return guarded

    def _let_in(self, method: str, context: grpc.ServicerContext) -> None:
        """Sets the claims, or aborts, which raises."""
        admitted = self._gate.admit(method, context)
        if isinstance(admitted, Refused):
            context.set_trailing_metadata(admitted.trailers)
            context.abort(grpc.StatusCode[admitted.code], admitted.details)
        else:
            CLAIMS.set(admitted)


def _side(streaming: bool) -> str:
    return "stream" if streaming else "unary"
