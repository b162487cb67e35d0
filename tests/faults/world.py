"""The functions as they are deployed, on an engine behind the proxy, and who calls them."""

import base64
import json
import os
import secrets
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from msgspec.structs import replace

from federation.admin.changes import change_now
from federation.aws.approvals import DynamoApprovals
from federation.aws.clients import boto_dynamodb
from federation.aws.items import item_key
from federation.bootstrap.admin import trust_editor
from federation.bootstrap.keys import publication
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.embedded_aws import EmbeddedAws
from federation.model.approval import ApprovalState
from federation.model.json import Json
from federation.oauth.identifiers import FORM, JWT_BEARER_ASSERTION, GrantType, TokenType
from federation.settings import read_settings
from federation.system import SystemClock
from tests.faults.process import Died, FunctionsProcess, functions_process
from tests.faults.proxy import FaultyServer, Plan, faulty_proxy, url_of
from tests.support.client_world import GATEWAY, assertion, by_key
from tests.support.dpop import CLIENT, proof
from tests.support.exchange_world import AUDIENCE, BRIDGE, ISSUER, MAPPING, subject_token
from tests.support.lambda_events import gateway_event


def _documents() -> list[dict[str, Json]]:
    client: dict[str, Json] = {"kind": "Client", "id": GATEWAY, "tenant": "acme", "auth": by_key()}
    named = ["risk-engine", "ledger", "payments"]
    grants: list[Json] = [{"audience": name, "scopes": ["risk:read"]} for name in named]
    audience = {**{name: value for name, value in AUDIENCE.items() if name != "resource"}, "tenant": "acme"}
    return [
        {**ISSUER, "single_use": True},
        {**MAPPING, "grants": grants},
        {**MAPPING, "id": "withdrawn", "match": {"sub": "withdrawn"}, "principal": "partner/acme/withdrawn"},
        {**audience, "introspection": [GATEWAY]},
        {**audience, "id": "ledger", "token_format": "opaque", "introspection": [GATEWAY]},
        {**audience, "id": "payments", "introspection": [GATEWAY]},
        {**client, "audiences": list(named), "scopes": ["risk:read"]},
        {
            "kind": "Policy",
            "id": "ask",
            "cedar": '@require_approval("a payment") permit (principal, action, resource == Audience::"payments");\n'
            'forbid (principal, action, resource == Audience::"payments") unless { context has approval };',
        },
    ]


@dataclass(frozen=True, slots=True)
class Answered:
    """What a function returned, or the gateway for one that died."""

    status: int
    headers: Mapping[str, str]
    members: Mapping[str, Any]
    seconds: float


@dataclass
class World:
    """`environment`: the functions'."""

    environment: Mapping[str, str]
    proxy: FaultyServer
    process: FunctionsProcess

    def start_anew(self) -> None:
        """Every function's next call is its process's first."""
        self.process.start_anew()

    def ask(self, asked: "Asked", plan: Plan | None = None) -> Answered:
        """One invocation while the plan holds; whatever it raises is raised as Escaped."""
        self.proxy.plan = plan or Plan()
        self.proxy.plan.process = self.process
        event = gateway_event("POST", asked.path, urlencode(asked.form).encode())
        event["headers"] |= {"content-type": FORM, **asked.headers}
        event["requestContext"]["requestId"] = secrets.token_hex(8)
        began = time.monotonic()
        try:
            answer = self.process.ask(asked.path, event)
        except Died:
            return Answered(500, {}, {"error": "server_error"}, time.monotonic() - began)
        finally:
            self.proxy.plan.over.set()
        took = time.monotonic() - began
        body = answer["body"]
        text = base64.b64decode(body) if answer.get("isBase64Encoded") else body
        return Answered(answer["statusCode"], answer["headers"], json.loads(text or b"{}"), took)

    def outcome(self, jti: str) -> str:
        """What the audit record of a token says, read past the proxy; empty: there is none."""
        key = {"pk": {"S": item_key("issued", jti)}}
        table = self.environment["FEDERATION_AUDIT_TABLE"]
        item = boto_dynamodb().get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        return str(item.get("outcome", {}).get("S", ""))

    def approve(self) -> None:
        """Whoever asks is let in once."""
        approvals = DynamoApprovals(boto_dynamodb(), self.environment["FEDERATION_STATE_TABLE"], SystemClock())
        for pending in approvals.page(None, 100).items:
            if pending.state is ApprovalState.PENDING:
                decided = {"state": ApprovalState.APPROVED, "version": pending.version + 1, "uses": 1}
                approvals.decide(replace(pending, decided_by="admin/boss", **decided))

    def enable(self, *, enabled: bool) -> None:
        """The mapping `withdrawn`: processes that have read it before still remember what it was."""
        documents = [{**one, "enabled": enabled} if one["id"] == "withdrawn" else one for one in _documents()]
        sources = [SourceDocument("tests", one) for one in documents]
        trust_editor(read_settings(self.environment)).apply(validate(sources), change_now(SystemClock(), "tests"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A request."""

    path: str
    form: list[tuple[str, str]]
    headers: Mapping[str, str] = field(default_factory=dict)


def exchange(
    subject: str | None = None, audience: str = "risk-engine", *, dpop: bool = False, client: bool = False
) -> Asked:
    """A fresh subject token, or that one; `client`: with an assertion."""
    form = {
        "grant_type": GrantType.TOKEN_EXCHANGE.value,
        "subject_token_type": TokenType.JWT.value,
        "subject_token": subject or foreign(),
        "audience": audience,
    }
    form |= by_assertion() if client else {}
    headers = {"dpop": proof(CLIENT, jti=secrets.token_hex(8), iat=int(time.time()))} if dpop else {}
    return Asked("/token", list(form.items()), headers)


def of_token(path: str, text: str) -> Asked:
    """Introspection or revocation, by the gateway."""
    return Asked(path, [("token", text), *by_assertion().items()])


def foreign(**claims: Any) -> str:  # noqa: ANN401 (JSON)
    return subject_token(**{**_lifetime(600), "jti": secrets.token_hex(8), **claims})


def by_assertion() -> dict[str, str]:
    text = assertion(**{**_lifetime(60), "jti": secrets.token_hex(8)})
    return {"client_assertion": text, "client_assertion_type": JWT_BEARER_ASSERTION}


def _lifetime(seconds: int) -> dict[str, Any]:
    now = int(time.time())
    return {"iat": now, "exp": now + seconds}


@contextmanager
def faulty_world() -> Iterator[World]:
    """With published keys and all documents; every function's next call is its first."""
    with EmbeddedAws(os.environ) as resources, faulty_proxy() as proxy:
        settings = {**resources, "FEDERATION_ISSUER": BRIDGE, "FEDERATION_DPOP_NONCE": "off"}
        read = read_settings(settings)
        documents = validate(SourceDocument("tests", body) for body in _documents())
        trust_editor(read).apply(documents, change_now(SystemClock(), "tests"))
        publication(read).run()
        lean = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        more = {"AWS_ENDPOINT_URL": url_of(proxy), "FEDERATION_LOG_STREAM": "stderr"}
        environment = {**lean, **settings, **more}
        with functions_process(environment) as process:
            yield World(environment, proxy, process)
