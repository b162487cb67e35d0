"""A bridge on this machine with admins of two tenants: people who ask, and people who decide."""

import io
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from federation.client.http import Answer, post_form, send
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.admin_token import AUDIENCE, admin_documents, request_admin_token
from federation.local.bridge import LocalBridge
from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.model.confirmation import ADMIN_SCOPES
from federation.oauth.identifiers import GrantType, TokenType

PAYMENTS, LEDGER = "payments", "ledger"
TENANTS = ("acme", "globex")

Document = dict[str, Any]
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Laptop:
    """The bridge, and whoever speaks to it. Everybody is a subject of their tenant's issuer."""

    local: LocalBridge
    key: IssuerKey
    admin_token: str
    log: io.StringIO
    admin_key: IssuerKey
    """Of the global admin's issuer."""

    def token(self, subject: str = "worker", tenant: str = "acme", **changes: object) -> str:
        """What the tenant's issuer says of somebody, now."""
        now = int(time.time())
        claims: Document = {
            "iss": f"https://{tenant}.example.com",
            "sub": subject,
            "aud": self.local.url,
            "iat": now,
            "exp": now + 300,
            "jti": f"t-{next(_numbers)}",
            **changes,
        }
        return self.key.sign(claims)

    def exchange(
        self, subject: str = "worker", audience: str = LEDGER, *, tenant: str = "acme", token: str = "", **form: str
    ) -> Answer:
        """An ordinary exchange over HTTP."""
        fields = {
            "grant_type": GrantType.TOKEN_EXCHANGE.value,
            "subject_token": token or self.token(subject, tenant),
            "subject_token_type": TokenType.JWT.value,
            "audience": audience,
            **form,
        }
        return post_form(f"{self.local.url}/token", list(fields.items()))

    def as_admin(self, subject: str, tenant: str = "acme") -> str:
        """An admin token of somebody of the tenant."""
        answer = self.exchange(subject, AUDIENCE, tenant=tenant, scope=" ".join(ADMIN_SCOPES))
        return str(answer.members["access_token"])

    def admin(
        self, method: str, path: str, body: object = None, *, token: str = "", headers: Mapping[str, str] | None = None
    ) -> Answer:
        """A request to the admin API; by the global admin, if by nobody else."""
        content = None if body is None else json.dumps(body).encode()
        typed = {"content-type": "application/json"} if content else {}
        proven = {"authorization": f"Bearer {token or self.admin_token}"}
        return send(f"{self.local.url}/admin/v1{path}", method, content, {**proven, **typed, **(headers or {})})

    def lines(self, member: str) -> list[Any]:
        """What the functions logged under that member."""
        lines = (json.loads(line) for line in self.log.getvalue().splitlines() if line.startswith("{"))
        return [line[member] for line in lines if member in line]


@contextmanager
def tenants_laptop() -> Iterator[Laptop]:
    """The whole bridge, with what it logs."""
    key, admin, log = generate_key("people-1", "RS256"), generate_key("admin-1", "ES256"), io.StringIO()
    trust = [SourceDocument("tests", document) for document in _documents(key)]
    validated = validate([*trust, *admin_documents(admin, trust)], loopback=True)
    with LocalBridge(validated, log=log) as local:
        yield Laptop(local, key, request_admin_token(local.url, admin), log, admin)


def _documents(key: IssuerKey) -> Iterator[Document]:
    yield {"kind": "Audience", "id": PAYMENTS, "scopes": ["pay"], "max_ttl": "5m"}
    yield {"kind": "Audience", "id": LEDGER, "scopes": ["ledger:read", "ledger:post"], "max_ttl": "5m"}
    for tenant in TENANTS:
        url = f"https://{tenant}.example.com"
        known: Document = {"jwks": key.jwks}
        yield {"kind": "Issuer", "id": tenant, "tenant": tenant, "provider": "oidc", "issuer": url, "keys": known}
        for name in ("worker", "clerk"):
            yield _mapping(tenant, name, _grant(LEDGER, "ledger:read", "ledger:post"), _grant(PAYMENTS, "pay"))
        for name in ("boss", "chief"):
            yield _mapping(tenant, name, _grant(PAYMENTS, "pay"), _grant(AUDIENCE, *ADMIN_SCOPES))
    yield {
        "kind": "Policy",
        "id": "payments-are-approved",
        "cedar": '@require_approval("paying")\npermit (principal, action, resource == Audience::"payments");\n',
    }


def _mapping(tenant: str, name: str, *grants: Document) -> Document:
    return {
        "kind": "Mapping",
        "id": f"{tenant}-{name}",
        "issuer": tenant,
        "match": {"sub": name},
        "principal": f"user/{tenant}/{name}",
        "grants": list(grants),
    }


def _grant(audience: str, *scopes: str) -> Document:
    return {"audience": audience, "scopes": list(scopes), "default_scopes": [scopes[0]]}
