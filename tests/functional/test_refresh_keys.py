"""The schedule and the token function as two processes: what one fetched, the other uses while the issuer is down."""

import io
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any

import pytest

from federation.aws.clients import dynamodb_client
from federation.aws.issuer_keys import Store
from federation.bootstrap.admin import trust_editor
from federation.bootstrap.keys import publication
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.embedded_aws import EmbeddedAws
from federation.local.embedded_services import embedded_services
from federation.local.issuers.loopback import generate_key
from federation.model.json import Json
from federation.oauth.identifiers import GrantType, TokenType
from federation.settings import read_settings
from functions import refresh_keys, token
from tests.support.fake_trust import SOMEBODY
from tests.support.issuer_server import document, issuer_server, status
from tests.support.lambda_events import Invocation, token_event

BRIDGE = "https://federation.example.com"
KEY = generate_key("idp-1", "RS256")


@dataclass
class Deployed:
    environment: Mapping[str, str]
    issuer: str
    log: io.StringIO

    def refresh(self) -> Any:  # noqa: ANN401 - the report
        with redirect_stdout(self.log):
            return refresh_keys.build(self.environment)({}, Invocation())

    def exchange_cold(self) -> dict[str, Any]:
        """An exchange by a token function that has just started."""
        with redirect_stdout(self.log):
            answer: Any = token.build.on(embedded_services())(self.environment)(self._event(), Invocation())
        return {"status": answer["statusCode"], **json.loads(answer["body"])}

    def _event(self) -> dict[str, Any]:
        now = int(time.time())
        claims: dict[str, Json] = {"iss": self.issuer, "aud": BRIDGE, "sub": "worker", "iat": now, "exp": now + 300}
        return token_event(
            [
                ("grant_type", GrantType.TOKEN_EXCHANGE),
                ("subject_token_type", TokenType.JWT),
                ("subject_token", KEY.sign(claims)),
                ("audience", "risk-engine"),
            ]
        )


def documents(issuer: str) -> list[dict[str, Any]]:
    grants = [{"audience": "risk-engine", "scopes": ["risk:read"]}]
    mapping = {"issuer": "idp", "match": {"sub": "worker"}, "principal": "partner/acme/sync", "grants": grants}
    return [
        {"kind": "Audience", "id": "risk-engine", "scopes": ["risk:read"]},
        {"kind": "Issuer", "id": "idp", "provider": "oidc", "issuer": issuer, "keys": {"discovery": True}},
        {"kind": "Mapping", "id": "worker", **mapping},
    ]


@pytest.fixture
def deployed() -> Iterator[tuple[Deployed, dict[str, Any]]]:
    """Everything but HTTP, and the routes of the issuer's server."""
    with issuer_server() as server, EmbeddedAws(os.environ) as created:
        server.routes["/.well-known/openid-configuration"] = document(
            {"issuer": server.url, "jwks_uri": f"{server.url}/jwks"}
        )
        server.routes["/jwks"] = document(KEY.jwks)
        environment = {**created, "FEDERATION_ISSUER": BRIDGE, "FEDERATION_LOOPBACK_ISSUERS": "yes"}
        settings = read_settings(environment)
        sources = [SourceDocument("tests", one) for one in documents(server.url)]
        trust_editor(settings).apply(validate(sources, loopback=True), SOMEBODY)
        publication(settings).run()
        yield Deployed(environment, server.url, io.StringIO()), server.routes


def take_down(routes: dict[str, Any]) -> None:
    for path in routes:
        routes[path] = status(503)


def test_a_cold_start_works_while_the_issuer_is_down(deployed: tuple[Deployed, dict[str, Any]]) -> None:
    bridge, routes = deployed
    assert bridge.refresh() == {"asked": 1, "failed": {}, "stale": (), "left_out": 0, "certificates_ending": {}}
    take_down(routes)
    assert bridge.exchange_cold()["status"] == 200
    assert bridge.refresh()["failed"] == {"idp": "status 503"}


def test_and_without_the_schedule_it_does_not(deployed: tuple[Deployed, dict[str, Any]]) -> None:
    bridge, routes = deployed
    take_down(routes)
    answer = bridge.exchange_cold()
    assert (answer["status"], answer["error"]) == (503, "temporarily_unavailable")
    assert answer["error_description"].startswith("issuer_keys_unavailable: ")


def test_what_was_altered_at_rest_is_not_believed(deployed: tuple[Deployed, dict[str, Any]]) -> None:
    bridge, routes = deployed
    bridge.refresh()
    take_down(routes)
    dynamodb_client().update_item(
        TableName=bridge.environment["FEDERATION_TRUST_TABLE"],
        Key={"pk": {"S": Store.FETCHED.partition_key}, "sk": {"S": "idp"}},
        UpdateExpression="SET as_of = :later",
        ExpressionAttributeValues={":later": {"N": str(int(time.time()) + 1)}},
    )
    assert bridge.exchange_cold()["status"] == 503
