"""A deployed bridge's code on embedded AWS, with an issuer of its own: what the benchmarks measure."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from msgspec import Struct, field

from benchmarks.stub_aws import StubAws
from federation.admin.changes import change_now
from federation.aws.clients import boto_dynamodb, boto_kms
from federation.aws.service import AwsServices
from federation.bootstrap.admin import trust_editor
from federation.bootstrap.keys import publication
from federation.bootstrap.token import token_endpoint
from federation.client.key import DpopKey
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.endpoint import TokenEndpoint
from federation.local.embedded_aws import EmbeddedAws
from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.model.json import Json, JsonObject
from federation.oauth.http import HttpRequest, HttpResponse
from federation.oauth.identifiers import FORM, JWT_BEARER_ASSERTION, GrantType, TokenType
from federation.settings import Settings, read_settings
from federation.system import SystemClock

BRIDGE = "https://federation.example.com"
IDP = "https://idp.example.com"
CLIENT = "gateway"
IMPERSONATION = 'permit (principal, action == Action::"impersonate", resource);'
GRANTS: list[Json] = [{"audience": "risk-engine", "scopes": ["risk:score:read"], "max_ttl": "2m"}]


class Silent:
    """An AuditLog that costs nothing."""

    def refused(self, entry: JsonObject) -> None:
        """Drop it."""


class World(Struct):
    """A token endpoint, and callers for it."""

    endpoint: TokenEndpoint
    aws: StubAws
    key: IssuerKey
    client: IssuerKey
    """With which the registered client signs."""
    dpop: DpopKey = field(default_factory=DpopKey.generate)
    requests: int = 0
    nonce: str | None = None
    """The last that the bridge gave."""

    def token(self, subject: str = "worker", issuer: str = IDP, **claims: Json) -> str:
        """A subject token that is valid for an hour."""
        now = int(time.time())
        payload: dict[str, Json] = {
            "iss": issuer,
            "aud": BRIDGE,
            "sub": subject,
            "iat": now,
            "exp": now + 3600,
            "jti": subject,
        }
        return self.key.sign({**payload, **claims})

    def assertion(self) -> dict[str, str]:
        """Parameters by which the registered client proves itself, once."""
        self.requests += 1
        now = int(time.time())
        whose: dict[str, Json] = {"iss": CLIENT, "sub": CLIENT, "aud": BRIDGE}
        claims = {**whose, "iat": now, "exp": now + 60, "jti": f"a-{self.requests}"}
        return {"client_assertion": self.client.sign(claims), "client_assertion_type": JWT_BEARER_ASSERTION}

    def proof(self) -> str:
        """A fresh DPoP proof, with a nonce where one is known."""
        return self.dpop.proof("POST", f"{BRIDGE}/token", nonce=self.nonce)

    def exchange(self, token: str, proof: str | None = None, /, **parameters: str) -> HttpResponse:
        """One exchange."""
        self.requests += 1
        form = {
            "grant_type": GrantType.TOKEN_EXCHANGE.value,
            "subject_token_type": TokenType.JWT.value,
            "subject_token": token,
            "audience": "risk-engine",
            **parameters,
        }
        headers = {"content-type": FORM, **({"dpop": proof} if proof else {})}
        response = self.endpoint.handle(
            HttpRequest(
                "POST", "/token", urlencode(form).encode(), f"bench-{self.requests}", headers, source_ip="192.0.2.7"
            )
        )
        self.nonce = response.headers.get("dpop-nonce", self.nonce)
        return response


@contextmanager
def world() -> Iterator[World]:
    """A bridge whose AWS is the stub."""
    with EmbeddedAws(os.environ) as resources:
        settings = read_settings({**resources, "FEDERATION_ISSUER": BRIDGE})
        key, client = generate_key("idp-1", "RS256"), generate_key("client-1", "ES256")
        _prepare(settings, key, client)
        stub = StubAws()
        stub.install()
        yield World(token_endpoint(settings, Silent(), AwsServices(boto_dynamodb(), boto_kms())), stub, key, client)


def _prepare(settings: Settings, key: IssuerKey, client: IssuerKey) -> None:
    documents = [SourceDocument(f"benchmark[{at}]", document) for at, document in enumerate(_documents(key, client))]
    trust_editor(settings).apply(validate(documents), change_now(SystemClock(), "benchmark"))
    publication(settings).run()


def _documents(key: IssuerKey, client: IssuerKey) -> list[dict[str, Json]]:
    issuer: dict[str, Json] = {"provider": "oidc", "issuer": IDP, "keys": {"jwks": key.jwks}}
    once: dict[str, Json] = {**issuer, "issuer": f"{IDP}/once", "single_use": True}
    audience: dict[str, Json] = {"scopes": ["risk:score:read", "risk:score:write"], "max_ttl": "5m"}
    return [
        {"kind": "Issuer", "id": "idp", **issuer},
        {"kind": "Issuer", "id": "idp-once", **once},
        {"kind": "Audience", "id": "risk-engine", **audience},
        {"kind": "Audience", "id": "ledger", **audience},
        {"kind": "Policy", "id": "chains", "cedar": IMPERSONATION},
        {
            "kind": "Client",
            "id": CLIENT,
            "auth": {"method": "private_key_jwt", "jwks": client.jwks},
            "audiences": ["risk-engine"],
            "scopes": ["risk:score:read"],
        },
        *(_mapping("idp", f"worker-{number}") for number in range(50)),
        _mapping("idp", "worker"),
        _mapping("idp-once", "once"),
    ]


def _mapping(issuer: str, subject: str) -> dict[str, Json]:
    return {
        "kind": "Mapping",
        "id": f"{issuer}-{subject}",
        "issuer": issuer,
        "match": {"sub": subject},
        "principal": f"partner/{subject}",
        "grants": GRANTS,
    }
