"""A bridge on a DynamoDB engine, an admin and callers for it, in one process: nothing else talks to the tables."""

import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace

from benchmarks.scale.counted import Meter
from benchmarks.scale.mappings import ISSUER, LOADED
from federation.admin_api.endpoint import AdminEndpoint
from federation.aws.clients import boto_dynamodb, boto_kms, dynamodb_client
from federation.aws.service import AwsServices
from federation.bootstrap.admin import trust_editor
from federation.bootstrap.admin_api import admin_endpoint
from federation.bootstrap.keys import publication
from federation.bootstrap.token import token_endpoint
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.endpoint import TokenEndpoint
from federation.local.embedded_aws import SETUP_SECONDS, EmbeddedAws
from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.model.confirmation import ADMIN_AUDIENCE, ADMIN_SCOPES
from federation.model.json import Json, JsonObject
from federation.model.made_signature import unrecorded
from federation.oauth.http import HttpRequest, HttpResponse
from federation.oauth.identifiers import FORM, GrantType, TokenType
from federation.settings import Settings, read_settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BRIDGE = "https://federation.example.com"
IDP = "https://idp.example.com"
AUDIENCE = "risk-engine"
HERE = "192.0.2.7"


class Silent:
    """Logs that cost nothing."""

    def refused(self, entry: JsonObject) -> None:
        """Drop it."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (any event of an approval)
        return lambda *_: None


class ScaleWorld(Struct):
    """What is measured."""

    settings: Settings
    endpoint: str
    """Its URL."""
    dynamodb: "DynamoDBClient"
    tokens: TokenEndpoint
    admin: AdminEndpoint
    meter: Meter
    key: IssuerKey
    _admin_token: tuple[str, float] = ("", 0.0)

    @property
    def table(self) -> str:
        """Where trust lies."""
        return self.settings.trust_table

    def exchange(self, subject: str, audience: str = AUDIENCE, scope: str = "") -> HttpResponse:
        """A fresh token of the identity provider for one of ours."""
        now = int(time.time())
        claims: dict[str, Json] = {
            "iss": IDP,
            "aud": BRIDGE,
            "sub": subject,
            "iat": now,
            "exp": now + 600,
            "jti": secrets.token_hex(),
        }
        form = {
            "grant_type": GrantType.TOKEN_EXCHANGE.value,
            "subject_token_type": TokenType.JWT.value,
            "subject_token": self.key.sign(claims),
            "audience": audience,
            **({"scope": scope} if scope else {}),
        }
        body = urlencode(form).encode()
        request = HttpRequest("POST", "/token", body, secrets.token_hex(), {"content-type": FORM}, source_ip=HERE)
        return self.tokens.handle(request)

    def ask(
        self, method: str, path: str, body: object = None, query: str = "", **headers: str
    ) -> tuple[HttpResponse, Any]:
        """A request of the admin, and the answer's members; header names with underscores."""
        content = b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"authorization": f"Bearer {self._token()}", "content-type": "application/json", **named}
        answer = self.admin.handle(
            HttpRequest(method, f"/admin/v1{path}", content, secrets.token_hex(), sent, query, source_ip=HERE)
        )
        return answer, json.loads(answer.body) if answer.body else None

    def warm(self) -> None:
        """Everything that is read once has been."""
        self._token()
        self.exchange("admin", ADMIN_AUDIENCE, ADMIN_SCOPES[0])
        self.ask("GET", "/mappings", query="limit=1")

    def _token(self) -> str:
        token, until = self._admin_token
        if time.time() > until:
            answer = self.exchange("admin", ADMIN_AUDIENCE, " ".join(ADMIN_SCOPES))
            members = json.loads(answer.body)
            token = str(members["access_token"])
            self._admin_token = (token, time.time() + members["expires_in"] / 2)
        return token


@contextmanager
def scale_world(endpoint: str) -> Iterator[ScaleWorld]:
    """A bridge whose tables are in the DynamoDB at that URL; what they hold stays."""
    meter = Meter()
    with EmbeddedAws({"AWS_ENDPOINT_URL_DYNAMODB": endpoint}) as resources:
        meter.install()
        settings = read_settings(
            {**resources, "FEDERATION_ISSUER": BRIDGE, "FEDERATION_LOOPBACK_ISSUERS": "yes", **_PLENTY}
        )
        key = generate_key("idp-1", "RS256")
        sources = [SourceDocument("scale", document) for document in _documents(key)]
        trust_editor(settings).apply(validate(sources), LOADED)
        _publish(settings)
        endpoints = (
            token_endpoint(settings, Silent(), AwsServices(boto_dynamodb(), boto_kms(unrecorded))),
            admin_endpoint(settings, Silent(), Silent()),
        )
        yield ScaleWorld(settings, endpoint, dynamodb_client(SETUP_SECONDS), *endpoints, meter, key)


_PLENTY = {
    "FEDERATION_ADDRESS_RATE": "10000/10000",
    "FEDERATION_ISSUER_RATE": "10000/10000",
    "FEDERATION_TENANT_RATE": "10000/10000",
}


def _publish(settings: Settings) -> None:
    publishing = publication(settings)
    keys = publishing.key_sets.load()
    if keys is not None:  # of an earlier run, whose signing key is gone
        publishing.key_sets.save(replace(keys, keys=(), version=keys.version + 1))
    publishing.run()


def _documents(key: IssuerKey) -> list[dict[str, Json]]:
    audience: dict[str, Json] = {"kind": "Audience", "max_ttl": "1h"}
    grants: list[Json] = [{"audience": ADMIN_AUDIENCE, "scopes": list(ADMIN_SCOPES), "max_ttl": "1h"}]
    admin: dict[str, Json] = {"kind": "Mapping", "id": "admin", "issuer": ISSUER, "match": {"sub": "admin"}}
    return [
        {"kind": "Issuer", "id": ISSUER, "provider": "oidc", "issuer": IDP, "keys": {"jwks": key.jwks}},
        {**audience, "id": AUDIENCE, "scopes": ["risk:score:read", "risk:score:write"]},
        {**audience, "id": ADMIN_AUDIENCE, "scopes": list(ADMIN_SCOPES)},
        {**admin, "principal": "admin/benchmark", "grants": grants},
    ]
