"""A SPIFFE Workload API on a socket, for the real client library: it gives what a test says."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from spiffe._proto import workload_pb2, workload_pb2_grpc


@dataclass
class WorkloadApi(workload_pb2_grpc.SpiffeWorkloadAPIServicer):
    """`spiffe_id`, its `token`, and its X.509-SVID in DER: certificates and PKCS#8 key."""

    spiffe_id: str
    token: str = ""
    certificates: bytes = b""
    key: bytes = b""
    bundle: bytes = b""
    asked: list[tuple[str, ...]] = field(default_factory=list)

    def FetchJWTSVID(self, request: Any, context: Any) -> Any:  # noqa: ANN401, ARG002 (gRPC's)
        self.asked.append(tuple(request.audience))
        svid = workload_pb2.JWTSVID(spiffe_id=self.spiffe_id, svid=self.token)
        return workload_pb2.JWTSVIDResponse(svids=[svid])

    def FetchX509SVID(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: ANN401, ARG002 (gRPC's)
        svid = workload_pb2.X509SVID(
            spiffe_id=self.spiffe_id, x509_svid=self.certificates, x509_svid_key=self.key, bundle=self.bundle
        )
        yield workload_pb2.X509SVIDResponse(svids=[svid])


@contextmanager
def serving_workloads(api: WorkloadApi, folder: Path) -> Iterator[str]:
    """What SPIFFE_ENDPOINT_SOCKET must say."""
    server = grpc.server(ThreadPoolExecutor(2))
    workload_pb2_grpc.add_SpiffeWorkloadAPIServicer_to_server(api, server)  # type: ignore[no-untyped-call]
    address = f"unix://{folder}/api.sock"
    server.add_insecure_port(address)
    server.start()
    try:
        yield address
    finally:
        server.stop(None)
