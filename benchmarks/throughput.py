"""Requests a second on one core, beside peers: what a server's own CPU says, since a neighbour takes none of that.

Each server is a process on a core of its own where there are two; the load and the stub of AWS have the other. They
take turns, a round each.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from benchmarks.aws_process import BRIDGE
from benchmarks.trust import IDP
from benchmarks.world import CREDENTIALS, ROOT, AwsProcess
from federation.model.json import Json
from federation.oauth.identifiers import FORM, JWT_BEARER_ASSERTION, GrantType, TokenType

CONNECTIONS = (8, 32)
ROUNDS, PER_ROUND = 5, 160
WARM_UP = 960
"""Requests after which V8 has compiled what is hot."""
BUSY = 503
"""The stub of AWS took longer than a second, on a machine that is not quiet: asked again."""
PEERS = Path(__file__).parent / "peers"
OURS, OIDC, SDK, PLAIN = (
    "the bridge",
    "oidc-provider (Node, local key)",
    "jose + AWS SDK v3 (Node)",
    "PyJWT + boto3 (Starlette)",
)
_TICKS = os.sysconf("SC_CLK_TCK")


class Row(Struct, frozen=True):
    """Requests that a second of one core answers: medians of the rounds."""

    connections: int
    rates: Mapping[str, float]
    ratios: Mapping[str, float]
    """Ours over each peer's: the median of what rounds say."""


class Server(Struct, frozen=True):
    """One process under load."""

    process: subprocess.Popen[bytes]
    port: int
    path: str
    body: Callable[[], bytes]

    def load(self, connections: int, requests: int) -> float:
        """Requests that a second of its CPU answers."""
        before = self._cpu()
        with ThreadPoolExecutor(connections) as callers:
            list(callers.map(self._call, [requests // connections] * connections))
        return requests / (self._cpu() - before)

    def _call(self, requests: int) -> None:
        connection = HTTPConnection("127.0.0.1", self.port)
        answered = 0
        while answered < requests:
            connection.request("POST", self.path, self.body(), {"content-type": FORM, "host": "federation.example.com"})
            answer = connection.getresponse()
            said = answer.read()
            if answer.status not in (200, BUSY):
                raise RuntimeError(said.decode())
            answered += answer.status != BUSY
        connection.close()

    def _cpu(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS


def measure(aws: AwsProcess) -> list[Row]:
    """Beside those peers that are installed (`npm ci --prefix benchmarks/peers`)."""
    with ExitStack() as running:
        servers = {name: running.enter_context(server) for name, server in _servers(aws)}
        for server in servers.values():
            server.load(CONNECTIONS[-1], WARM_UP)
        return [_row(servers, connections) for connections in CONNECTIONS]


def _row(servers: Mapping[str, Server], connections: int) -> Row:
    rounds = [{name: each.load(connections, PER_ROUND) for name, each in servers.items()} for _ in range(ROUNDS)]
    rates = {name: statistics.median(one[name] for one in rounds) for name in servers}
    ratios = {name: statistics.median(one[OURS] / one[name] for one in rounds) for name in servers if name != OURS}
    return Row(connections, rates, ratios)


def _servers(aws: AwsProcess) -> Iterator[tuple[str, Any]]:
    exchange = urlencode(
        {
            "grant_type": GrantType.TOKEN_EXCHANGE.value,
            "subject_token_type": TokenType.JWT.value,
            "subject_token": aws.token(),
            "audience": "risk-engine",
        }
    ).encode()
    about = _about(aws)
    yield OURS, _running([sys.executable, "-m", "benchmarks.peers.bridge"], about, lambda _: lambda: exchange)
    yield PLAIN, _running([sys.executable, "-m", "benchmarks.peers.starlette_app"], about, lambda _: lambda: exchange)
    if shutil.which("node") and (PEERS / "node_modules").is_dir():
        yield SDK, _running(["node", str(PEERS / "exchange.mjs")], about, lambda _: lambda: exchange)
        yield OIDC, _running(["node", str(PEERS / "oidc.mjs")], about, lambda said: _assertions(aws, said["issuer"]))


def _about(aws: AwsProcess) -> dict[str, Any]:
    named = aws.environment
    return {
        "environment": dict(named),
        "endpoint": aws.endpoint,
        "region": CREDENTIALS["AWS_REGION"],
        "credentials": {
            "accessKeyId": CREDENTIALS["AWS_ACCESS_KEY_ID"],
            "secretAccessKey": CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            "sessionToken": CREDENTIALS["AWS_SESSION_TOKEN"],
        },
        "issuer": IDP,
        "audience": BRIDGE,
        "client": "worker",
        "jwks": aws.key.jwks,
        "trust": named["FEDERATION_TRUST_TABLE"],
        "audit": named["FEDERATION_AUDIT_TABLE"],
        "key": named["FEDERATION_SIGNING_KEY"],
        "documents": [{"pk": {"S": f"document {number}"}, "sk": {"S": "d"}} for number in range(10)],
        "entry": {"reason": "e" * 900},
    }


def _assertions(aws: AwsProcess, issuer: str) -> Callable[[], bytes]:
    """A client assertion is good once. What is signed for it costs the load, not the server."""
    numbers = count()

    def body() -> bytes:
        now = int(time.time())
        claims: dict[str, Json] = {"iss": "worker", "sub": "worker", "aud": issuer, "iat": now, "exp": now + 60}
        assertion = aws.key.sign({**claims, "jti": f"a-{next(numbers)}"})
        form = {"grant_type": GrantType.CLIENT_CREDENTIALS.value, "resource": "urn:risk-engine"}
        proven = {"client_assertion": assertion, "client_assertion_type": JWT_BEARER_ASSERTION}
        return urlencode({**form, "scope": "risk:score:read", **proven}).encode()

    return body


@contextmanager
def _running(
    command: list[str], about: Mapping[str, Any], bodies: Callable[[Any], Callable[[], bytes]]
) -> Iterator[Server]:
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:  # noqa: S603
        assert process.stdin  # noqa: S101
        assert process.stdout  # noqa: S101
        if len(os.sched_getaffinity(0)) > 1:
            os.sched_setaffinity(process.pid, {min(os.sched_getaffinity(0))})
        process.stdin.write(json.dumps(about).encode() + b"\n")
        process.stdin.flush()
        said = json.loads(process.stdout.readline())
        yield Server(process, said["port"], said["path"], bodies(said))
        process.stdin.close()
