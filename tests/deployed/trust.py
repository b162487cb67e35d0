"""Whom the deployment trusts: every kind of subject and caller, with keys that are made for one run."""

import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.model.json import Json
from federation.oauth.identifiers import JWT_BEARER_ASSERTION
from tests.deployed.cloud import STS_HOST

PARTNER, PEOPLE = "https://partner.example.com", "https://people.example.com"
CLUSTER = "https://cluster.example.com"
ACCOUNT = "000000000000"
"""The engine's."""
CALLER = "federation-caller"
"""A role of the account, whose sessions sign requests."""
READ, WRITE = "risk:read", "risk:write"
PAY = "payments:settle"


@dataclass(frozen=True, slots=True)
class Parties:
    """Their private keys."""

    partner: IssuerKey = field(default_factory=lambda: generate_key("partner-1", "RS256"))
    people: IssuerKey = field(default_factory=lambda: generate_key("people-1", "ES256"))
    api: IssuerKey = field(default_factory=lambda: generate_key("api-1", "ES256"))
    cluster: IssuerKey = field(default_factory=lambda: generate_key("cluster-1", "RS256"))

    def partner_token(self, bridge: str, subject: str = "worker") -> str:
        return self.partner.sign(_claims(PARTNER, bridge, subject))

    def pushing_token(self, bridge: str, body: bytes) -> str:
        """What the cluster sends its keys with."""
        digest = urlsafe_b64encode(sha256(body).digest()).rstrip(b"=").decode()
        return self.cluster.sign({**_claims(CLUSTER, bridge, "cluster", lifetime=300), "jwks_sha256": digest})

    def pod_token(self, bridge: str, key: IssuerKey) -> str:
        return key.sign(_claims(CLUSTER, bridge, "pod"))

    def person_token(self, bridge: str, subject: str = "ada") -> str:
        return self.people.sign(_claims(PEOPLE, bridge, subject))

    def assertion(self, bridge: str, client: str = "risk-api") -> list[tuple[str, str]]:
        """What proves a registered client (RFC 7523 section 2.2)."""
        claims = _claims(client, bridge, client, lifetime=60)
        return [("client_assertion_type", JWT_BEARER_ASSERTION), ("client_assertion", self.api.sign(claims))]

    def documents(self, bridge: str, role_id: str) -> list[dict[str, Any]]:
        """`role_id`: of the role whose sessions are subjects."""
        return [*self._issuers(bridge), *_audiences(), *_mappings(role_id), *self._clients(), _POLICY]

    def _issuers(self, bridge: str) -> Iterator[dict[str, Any]]:
        keys = {"partner": (PARTNER, self.partner), "people": (PEOPLE, self.people)}
        for name, (url, key) in keys.items():
            issuer = {"kind": "Issuer", "id": name, "provider": "oidc", "issuer": url, "keys": {"jwks": key.jwks}}
            yield {**issuer, "algorithms": [key.algorithm], "audiences": [bridge]}
        cluster = {"kind": "Issuer", "id": "cluster", "provider": "oidc", "issuer": CLUSTER, "audiences": [bridge]}
        yield {**cluster, "keys": {"pushed": True, "jwks": self.cluster.jwks}, "algorithms": ["RS256"]}
        roles = {"kind": "Issuer", "id": "roles", "provider": "aws", "issuer": f"https://{STS_HOST}"}
        yield {**roles, "keys": {"caller_identity": True}, "single_use": True, "audiences": [bridge]}

    def _clients(self) -> Iterator[dict[str, Any]]:
        client = {"kind": "Client", "audiences": ["scores"], "scopes": [READ]}
        signs = {"method": "private_key_jwt", "jwks": self.api.jwks}
        yield {**client, "id": "risk-api", "auth": signs, "grants": ["client-credentials"], "sender_constraint": "dpop"}
        role = {"method": "aws_iam", "role": f"arn:aws:iam::{ACCOUNT}:role/{CALLER}"}
        yield {**client, "id": "nightly", "auth": role}


_POLICY: dict[str, Any] = {
    "kind": "Policy",
    "id": "ask-before-paying",
    "cedar": '@require_approval("A payment is about to go out.")\n'
    'permit (principal, action, resource == Audience::"settlements");\n'
    'forbid (principal, action, resource == Audience::"settlements") unless { context has approval };',
}


def _audiences() -> list[dict[str, Any]]:
    return [
        {
            "kind": "Audience",
            "id": "scores",
            "scopes": [READ, WRITE],
            "introspection": ["risk-api"],
            "max_ttl": "40m",  # as long as an update takes on any machine
        },
        {"kind": "Audience", "id": "tool", "scopes": [READ], "introspection": ["risk-api"]},
        {"kind": "Audience", "id": "settlements", "scopes": [PAY]},
        {"kind": "Audience", "id": "ledger", "scopes": [READ], "token_format": "opaque", "introspection": ["risk-api"]},
    ]


def _mappings(role_id: str) -> Iterator[dict[str, Any]]:
    risk = {"audience": "scores", "scopes": [READ, WRITE], "default_scopes": [READ], "max_ttl": "40m"}
    tool, payments = {"audience": "tool", "scopes": [READ]}, {"audience": "settlements", "scopes": [PAY]}
    ledger = {"audience": "ledger", "scopes": [READ]}
    mapping = {"kind": "Mapping", "grants": [risk]}
    yield {
        **mapping,
        "id": "sync",
        "issuer": "partner",
        "match": {"sub": "worker"},
        "principal": "partner/sync",
        "grants": [risk, ledger],
    }
    yield {
        **mapping,
        "id": "ada",
        "issuer": "people",
        "match": {"sub": "ada"},
        "principal": "user/ada",
        "grants": [risk, tool, payments],
        "may_act": ["agent/*"],
    }
    yield {
        **mapping,
        "id": "planner",
        "issuer": "partner",
        "match": {"sub": "planner"},
        "principal": "agent/planner",
        "grants": [tool, payments],
        "may_act": ["agent/*"],
    }
    yield {
        **mapping,
        "id": "tool",
        "issuer": "partner",
        "match": {"sub": "tool"},
        "principal": "agent/tool",
        "grants": [tool],
    }
    yield {**mapping, "id": "pod", "issuer": "cluster", "match": {"sub": "pod"}, "principal": "cluster/pod"}
    role = {"account": ACCOUNT, "role_id": role_id}
    yield {**mapping, "id": "role", "issuer": "roles", "match": role, "principal": "aws/caller"}


def _claims(issuer: str, audience: str, subject: str, lifetime: int = 3000) -> dict[str, Json]:
    now = int(time.time())
    times = {"iat": now, "exp": now + lifetime}
    return {"iss": issuer, "aud": audience, "sub": subject, **times, "jti": secrets.token_hex(16)}
