"""gRPC services on a real channel, threads and asyncio."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio

from federation.resource_server.adapters import grpc as threads
from federation.resource_server.adapters import grpc_aio as tasks
from federation.resource_server.testing import OwnBridge
from tests.support.services.asked import AUDIENCE, SCOPE, Outcome

METHOD = "/risk.Engine/Score"
STREAM = "/risk.Engine/Scores"
HEALTH = "/grpc.health.v1.Health/Check"
ORIGIN = "https://risk.example.com"
_STATUS = {"OK": 200, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403, "UNAVAILABLE": 503, "INVALID_ARGUMENT": 400}


@dataclass(frozen=True)
class GrpcService:
    """A call is a POST of its method's path."""

    target: str
    rpc: str = METHOD
    method: str = "POST"
    challenges: bool = True
    unavailable: int = 503
    not_good: int = 401

    @property
    def proven_url(self) -> str:
        return ORIGIN + self.rpc

    def ask(self, headers: Mapping[str, str]) -> Outcome:
        with grpc.insecure_channel(self.target) as channel:
            metadata = tuple(headers.items())
            try:
                if self.rpc == STREAM:
                    answers = list(channel.unary_stream(self.rpc)(b"?", metadata=metadata, timeout=30))
                    return Outcome(200, body=answers[-1].decode())
                answer = channel.unary_unary(self.rpc)(b"?", metadata=metadata, timeout=30)
            except grpc.RpcError as error:
                told = dict(error.trailing_metadata() or ())
                return Outcome(_STATUS[error.code().name], told.get("www-authenticate", ""), error.details())
            return Outcome(200, body={"sub": answer.decode()})


def _handlers(unary: Any, stream: Any) -> Any:  # noqa: ANN401  (grpcio has no types)
    methods = {
        "Score": grpc.unary_unary_rpc_method_handler(unary),
        "Scores": grpc.unary_stream_rpc_method_handler(stream),
        "Unwritten": grpc.unary_unary_rpc_method_handler(unary),
    }
    return grpc.method_handlers_generic_handler("risk.Engine", methods)


SCOPES = {METHOD: SCOPE, STREAM: SCOPE}


@contextmanager
def grpc_service(bridge: OwnBridge) -> Iterator[GrpcService]:
    def score(_: bytes, __: Any) -> bytes:  # noqa: ANN401
        return threads.current_claims().principal.encode()

    def scores(_: bytes, __: Any) -> Iterator[bytes]:  # noqa: ANN401
        yield b"one"
        yield threads.current_claims().principal.encode()

    door = threads.BridgeInterceptor(bridge.verifier(AUDIENCE), SCOPES, url=ORIGIN)
    server = grpc.server(ThreadPoolExecutor(4), interceptors=[door])
    server.add_generic_rpc_handlers([_handlers(score, scores)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield GrpcService(f"127.0.0.1:{port}")
    finally:
        server.stop(None).wait()


@contextmanager
def grpc_aio_service(bridge: OwnBridge) -> Iterator[GrpcService]:
    async def score(_: bytes, __: Any) -> bytes:  # noqa: ANN401
        return tasks.current_claims().principal.encode()

    async def scores(_: bytes, __: Any) -> Any:  # noqa: ANN401
        yield b"one"
        yield tasks.current_claims().principal.encode()

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> tuple[Any, int]:
        door = tasks.BridgeInterceptor(bridge.verifier(AUDIENCE), SCOPES, url=ORIGIN)
        server = grpc.aio.server(interceptors=[door])
        server.add_generic_rpc_handlers([_handlers(score, scores)])
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        return server, port

    server, port = asyncio.run_coroutine_threadsafe(start(), loop).result()
    try:
        yield GrpcService(f"127.0.0.1:{port}")
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(None), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
