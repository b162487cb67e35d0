"""AWS over HTTP in a process of its own: what moto answered once is answered again at once; KMS signs each time afresh.

`python -m benchmarks.aws_process ALGORITHM OTHERS` prints one line of JSON (endpoint, settings, the issuer's and the
client's keys) and serves until its standard input ends. `GET /calls` says what was asked since the last time, `GET
/delay/50` delays each answer by so many milliseconds. `GET /edit` and `GET /revoke-key` change trust and keys as an
admin does. With FAITHFUL set in the environment, limits hold; with LIVING, so many tokens are on record and alive.
OTHERS: how many policies and issuers others have.
"""

import asyncio
import json
import os
import sys
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from moto.kms.models import kms_backends

from benchmarks.living import Living
from benchmarks.others import write_others, write_patterns
from benchmarks.trust import IMPERSONATION, noisy_client, write_trust
from federation.aws.clients import boto_dynamodb
from federation.aws.key_sets import DocumentKeySets
from federation.aws.trust_writer import DynamoTrustWriter
from federation.bootstrap.keys import publication, rotation
from federation.local.embedded_aws import EmbeddedAws
from federation.local.embedded_services import answered
from federation.local.events import ACCOUNT_ID
from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.local.moto_kms import SignRequest
from federation.model.json import Json
from federation.ports import KeyOrder
from federation.settings import Settings, read_settings

BRIDGE = "https://federation.example.com"
AFRESH = frozenset({"TransactWriteItems", "UpdateItem"})
"""Never the same twice; what is leased of a limit lapses."""
COUNTED = frozenset({"UpdateItem", "PutItem", "DeleteItem"})
"""For load: limits hold, and records are taken without being kept, so that moto is not what is measured."""
READS = frozenset({"GetItem", "BatchGetItem", "Query"})
SERVICES = {"DynamoDB_20120810": "dynamodb", "TrentService": "kms"}
CHAINS: dict[str, Json] = {"kind": "Policy", "id": "chains", "cedar": IMPERSONATION}


class Stub:
    """What all connections share."""

    def __init__(
        self,
        changes: Mapping[str, Callable[[], None]],
        afresh: frozenset[str] = AFRESH,
        living: Living | None = None,
    ) -> None:
        """`changes`: by their path. `afresh`: what is never answered with an earlier answer."""
        self._living = living
        self.calls: Counter[str] = Counter()
        self.delay = 0.0
        self._changes = changes
        self._afresh = afresh
        self._kept: dict[tuple[str, bytes], bytes] = {}

    def answer(self, target: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
        """The whole answer to a call."""
        service, _, operation = target.partition(".")
        self.calls[operation] += 1
        key = (operation, body if operation in READS else b"")
        kept = self._kept.get(key)
        if operation == "Query" and self._living:
            return _http(200, json.dumps(self._living.query(json.loads(body))).encode())
        if operation == "Sign":
            return _signed(json.loads(body))
        if kept is None or operation in self._afresh:
            kept = self._kept[key] = _asked(SERVICES[service], headers, body)
        return kept

    def asked_about(self, path: str) -> bytes:
        """The answer to a question of the benchmark itself."""
        if path.startswith("/delay/"):
            self.delay = int(path.removeprefix("/delay/")) / 1000
        if path in self._changes:
            self._changes[path]()
            self._kept.clear()
        calls, self.calls = self.calls, Counter()
        return _http(200, json.dumps(calls).encode())


class Connection(asyncio.Protocol):
    """HTTP/1.1 as far as SDKs speak it."""

    def __init__(self, stub: Stub) -> None:
        self._stub = stub
        self._buffer = b""

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - asyncio's
        """Keep it."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._buffer += data
        while True:
            head, found, rest = self._buffer.partition(b"\r\n\r\n")
            if not found:
                return
            first, *lines = head.decode("latin-1").split("\r\n")
            headers = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
            length = int(dict(headers).get("content-length", 0))
            if len(rest) < length:
                return
            self._buffer = rest[length:]
            self._respond(first, headers, rest[:length])

    def _respond(self, first: str, headers: list[tuple[str, str]], body: bytes) -> None:
        method, path, _ = first.split(" ")
        if method == "GET":
            self._transport.write(self._stub.asked_about(path))
            return
        answer = self._stub.answer(dict(headers)["x-amz-target"], headers, body)
        if self._stub.delay:
            asyncio.get_running_loop().call_later(self._stub.delay, self._transport.write, answer)
        else:
            self._transport.write(answer)


def _asked(service: str, headers: list[tuple[str, str]], body: bytes) -> bytes:
    url = f"https://{service}.us-east-1.amazonaws.com/"
    answer = answered(AWSPreparedRequest("POST", url, HTTPHeaders.from_pairs(headers), body, stream_output=False))
    return _http(answer.status, answer.body)


def _signed(request: dict[str, str]) -> bytes:
    """By moto's key, without moto's way there: otherwise every load would wait for the stub."""
    key = kms_backends[ACCOUNT_ID]["us-east-1"].describe_key(request["KeyId"])
    asked = SignRequest(b64decode(request["Message"]), request["MessageType"], request["SigningAlgorithm"])
    answer = {"KeyId": request["KeyId"], "Signature": b64encode(asked.sign(key)).decode("ascii")}
    return _http(200, json.dumps(answer).encode())


def _http(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} OK\r\ncontent-type: application/x-amz-json-1.0\r\ncontent-length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _pem(key: IssuerKey) -> str:
    return key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


async def _serve(stub: Stub, about: dict[str, Any]) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(stub), "127.0.0.1", 0)
    print(json.dumps({**about, "endpoint": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"}), flush=True)  # noqa: T201
    await loop.run_in_executor(None, sys.stdin.read)


def main(algorithm: str, others: int) -> None:
    """Serve."""
    with EmbeddedAws(os.environ, algorithm) as settings:
        key, client = generate_key("idp-1", "RS256"), generate_key("client-1", "ES256")
        named = {**settings, "FEDERATION_ISSUER": BRIDGE}
        read = read_settings(named)
        write_trust(read, key, client, CHAINS)
        if others:
            write_patterns(read, key)
            write_others(read, others)
        edited = noisy_client(client.jwks)
        changes = {
            "/edit": lambda: write_trust(read, key, client, CHAINS, edited),
            "/revoke-key": lambda: _revoke(read),
        }
        living = Living(read.audit_table, int(os.environ["LIVING"])) if "LIVING" in os.environ else None
        stub = Stub(changes, COUNTED if os.environ.get("FAITHFUL") else AFRESH, living)
        asyncio.run(_serve(stub, {"settings": named, "idp": _pem(key), "client": _pem(client)}))


def _revoke(settings: Settings) -> None:
    """As in an emergency: the next key signs at once."""
    rotating = rotation(settings)
    rotating.run()
    publication(settings).run()
    keys = DocumentKeySets(DynamoTrustWriter(boto_dynamodb(), settings.trust_table)).load()
    active = keys.active if keys else None
    rotating.carry_out(KeyOrder("load", "benchmark", "in the middle of load", active.kid if active else None))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
