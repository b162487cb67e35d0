"""The token function as it is deployed, in this process, and AWS over HTTP in another: what the benchmarks measure."""

import base64
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from msgspec import Struct, field

from benchmarks.aws_process import BRIDGE
from benchmarks.trust import CLIENT, IDP
from federation.client.key import DpopKey
from federation.local.issuers.loopback import IssuerKey
from federation.model.json import Json, JsonObject
from federation.oauth.identifiers import FORM, JWT_BEARER_ASSERTION, GrantType, TokenType
from functions import token
from functions.runtime import Handler

ROOT = Path(__file__).parent.parent
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "ASIABENCHMARK0000000",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "t" * 900,
    "AWS_REGION": "us-east-1",
}
"""As long as those of a function are."""

RATES = {f"FEDERATION_{what}_RATE": "99999/99999" for what in ("ISSUER", "TENANT", "ADDRESS")}
"""Counted as ever, and never reached."""
RESERVED = {"FEDERATION_TOKEN_PROCESSES": "40"}
"""As `TokenConcurrency=40` says it (docs/hardening.md)."""


class Silent:
    """An IssuanceLog that costs nothing."""

    def refused(self, entry: JsonObject) -> None:
        """Drop it."""

    def issued(self, correlation_id: str, tenant: str | None, issuer: str, seconds: Mapping[str, float]) -> None:
        """Drop it."""


class Response(Struct, frozen=True):
    """What the gateway would send."""

    status: int
    headers: Mapping[str, str]
    body: str


class Invocation(Struct, frozen=True):
    """What a handler asks of its context."""

    aws_request_id: str = "5f0c1d62-7a0b-4f6e-9d0f-2a8f6f0b9c11"


class AwsProcess(Struct, frozen=True):
    """AWS, elsewhere."""

    endpoint: str
    environment: Mapping[str, str]
    """Of a function that uses it."""
    key: IssuerKey
    """The issuer's."""
    client: IssuerKey
    """With which the registered client signs."""

    def calls(self) -> Counter[str]:
        """What was asked since the last time."""
        return Counter(self._ask("/calls"))

    def delay(self, milliseconds: int) -> None:
        """Every answer takes so long from now on."""
        self._ask(f"/delay/{milliseconds}")

    def _ask(self, path: str) -> Any:  # noqa: ANN401 - JSON
        with urlopen(self.endpoint + path) as answer:  # noqa: S310 - our own process
            return json.load(answer)

    def token(self, subject: str = "worker", issuer: str = IDP, **claims: Json) -> str:
        """A subject token that is valid for an hour."""
        now = int(time.time())
        payload: dict[str, Json] = {"iss": issuer, "aud": BRIDGE, "sub": subject, "iat": now, "exp": now + 3600}
        return self.key.sign({**payload, "jti": subject, **claims})


class World(Struct):
    """The handler, and callers for it."""

    handler: Handler
    aws: AwsProcess
    dpop: DpopKey = field(default_factory=DpopKey.generate)
    requests: int = 0
    nonce: str | None = None
    """The last that the bridge gave."""

    def assertion(self) -> dict[str, str]:
        """Parameters by which the registered client proves itself, once."""
        self.requests += 1
        now = int(time.time())
        whose: dict[str, Json] = {"iss": CLIENT, "sub": CLIENT, "aud": BRIDGE}
        claims = {**whose, "iat": now, "exp": now + 60, "jti": f"a-{self.requests}"}
        return {"client_assertion": self.aws.client.sign(claims), "client_assertion_type": JWT_BEARER_ASSERTION}

    def proof(self) -> str:
        """A fresh DPoP proof, with a nonce where one is known."""
        return self.dpop.proof("POST", f"{BRIDGE}/token", nonce=self.nonce)

    def exchange(self, token: str, proof: str | None = None, /, **parameters: str) -> Response:
        """One exchange."""
        self.requests += 1
        event = exchange_event(token, f"bench-{self.requests}", **parameters)
        if proof:
            event["headers"]["dpop"] = proof
        answer: Any = self.handler(event, Invocation())
        response = Response(answer["statusCode"], answer["headers"], answer["body"])
        self.nonce = response.headers.get("dpop-nonce", self.nonce)
        return response


def exchange_event(token: str, request_id: str, **parameters: str) -> dict[str, Any]:
    """What API Gateway sends for a token exchange."""
    form = {
        "grant_type": GrantType.TOKEN_EXCHANGE.value,
        "subject_token_type": TokenType.JWT.value,
        "subject_token": token,
        "audience": "risk-engine",
        **parameters,
    }
    http = {"method": "POST", "path": "/token", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.7", "userAgent": "curl/8"}
    return {
        "version": "2.0",
        "routeKey": "ANY /token",
        "rawPath": "/token",
        "rawQueryString": "",
        "headers": {"content-type": FORM, "host": "federation.example.com", "accept": "*/*", "user-agent": "curl/8"},
        "requestContext": {"accountId": "123456789012", "http": http, "requestId": request_id, "stage": "$default"},
        "body": base64.b64encode(urlencode(form).encode()).decode(),
        "isBase64Encoded": True,
    }


@contextmanager
def aws_process(
    algorithm: str = "RS256", others: int = 0, more: Mapping[str, str] | None = None
) -> Iterator[AwsProcess]:
    """Runs while entered. `algorithm`: of the bridge's signatures. `others`: policies and issuers of other tenants.

    `more`: of its environment (`benchmarks.aws_process`).
    """
    command = [sys.executable, "-m", "benchmarks.aws_process", algorithm, str(others)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "env": {**os.environ, **(more or {})}}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:  # noqa: S603
        assert process.stdin  # noqa: S101
        assert process.stdout  # noqa: S101
        about = json.loads(process.stdout.readline())
        environment = {**about["settings"], **CREDENTIALS, **RATES, **RESERVED, "AWS_ENDPOINT_URL": about["endpoint"]}
        keys = (_key("idp-1", "RS256", about["idp"]), _key("client-1", "ES256", about["client"]))
        yield AwsProcess(about["endpoint"], environment, *keys)
        process.stdin.close()


@contextmanager
def world(aws: AwsProcess) -> Iterator[World]:
    """The handler's log is written, to where nobody reads it."""
    with Path(os.devnull).open("w") as log:
        with redirect_stdout(log):
            handler = token.build(aws.environment)
        yield World(handler, aws)


def _key(kid: str, algorithm: str, pem: str) -> IssuerKey:
    private: Any = load_pem_private_key(pem.encode(), None)
    return IssuerKey(kid, algorithm, private)
