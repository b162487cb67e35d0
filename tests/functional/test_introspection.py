"""Introspection follows the documents, and counts who asks: over HTTP, in the whole bridge."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest

from federation.client.http import Answer, post_form, send
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.admin_token import admin_documents, request_admin_token
from federation.local.bridge import LocalBridge
from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.model.json import Json
from federation.oauth.identifiers import JWT_BEARER_ASSERTION, GrantType, TokenType

IDP, TARGET = "https://idp.example.com", "risk-engine"
API, POLLER = "risk-engine-api", "risk-engine-poller"
_numbers = count()

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Laptop:
    """A bridge, a partner, services that ask about its tokens, and an admin."""

    local: LocalBridge
    key: IssuerKey
    """Of the partner's identity provider and, to keep it short, of the services."""
    admin: str

    def token(self) -> str:
        form: dict[str, str] = {
            "grant_type": GrantType.TOKEN_EXCHANGE,
            "subject_token": self._sign(IDP, "worker"),
            "subject_token_type": TokenType.JWT,
            "audience": TARGET,
        }
        return str(post_form(f"{self.local.url}/token", list(form.items())).members["access_token"])

    def introspect(self, token: str, by: str = API) -> Answer:
        proof = [("client_assertion", self._sign(by, by)), ("client_assertion_type", JWT_BEARER_ASSERTION)]
        return post_form(f"{self.local.url}/introspect", [("token", token), *proof])

    def write(self, path: str, **changes: object) -> None:
        """The next version of a document."""
        read = self._admin("GET", path)
        body = json.dumps({**read.members["document"], **changes}).encode()
        typed = {"content-type": "application/json", "if-match": read.headers["etag"]}
        assert self._admin("PUT", path, body, **typed).status == 200

    def _admin(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        proven = {"authorization": f"Bearer {self.admin}"}
        return send(f"{self.local.url}/admin/v1{path}", method, body, {**proven, **headers})

    def _sign(self, iss: str, sub: str) -> str:
        now = int(time.time())
        times: dict[str, Json] = {"iat": now, "exp": now + 300, "jti": f"j-{next(_numbers)}"}
        claims: dict[str, Json] = {"iss": iss, "sub": sub, "aud": self.local.url}
        return self.key.sign({**claims, **times})


def documents(key: IssuerKey) -> Iterator[Document]:
    yield {"kind": "Audience", "id": TARGET, "scopes": ["risk:read"], "introspection": [API, POLLER]}
    keys = {"jwks": key.jwks}
    yield {"kind": "Issuer", "id": "acme", "provider": "oidc", "issuer": IDP, "keys": keys, "algorithms": ["ES256"]}
    grants = [{"audience": TARGET, "scopes": ["risk:read"]}]
    mapping = {"kind": "Mapping", "id": "sync", "issuer": "acme", "match": {"sub": "worker"}}
    yield {**mapping, "principal": "partner/acme/sync", "grants": grants}
    for name, limit in ((API, {}), (POLLER, {"rate_limit": {"per_second": 1, "burst": 2}})):
        auth = {"method": "private_key_jwt", **keys}
        yield {"kind": "Client", "id": name, "auth": auth, "audiences": [TARGET], "scopes": ["risk:read"], **limit}


@pytest.fixture(scope="module")
def laptop() -> Iterator[Laptop]:
    key, admin = generate_key("acme-1", "ES256"), generate_key("admin-1", "ES256")
    trust = [SourceDocument("tests", document) for document in documents(key)]
    with LocalBridge(validate([*trust, *admin_documents(admin, trust)], loopback=True)) as local:
        yield Laptop(local, key, request_admin_token(local.url, admin))


def test_a_token_is_inactive_from_the_moment_that_what_made_it_is_disabled(laptop: Laptop) -> None:
    token = laptop.token()
    for path in ("/mappings/sync", "/issuers/acme"):
        assert laptop.introspect(token).members["active"] is True
        laptop.write(path, enabled=False)
        assert laptop.introspect(token).body == b'{"active":false}'
        laptop.write(path, enabled=True)


def test_Q2_a_service_that_asks_too_often_hears_so_and_another_notices_nothing(laptop: Laptop) -> None:
    """How fast this machine is, decides how many of them are let in, but never all."""
    answers = [laptop.introspect("a.b.c", POLLER) for _ in range(40)]
    refused = [answer for answer in answers if answer.status == 429]
    assert [answer.status for answer in answers[:2]] == [200, 200]
    assert refused
    assert {answer.members["error"] for answer in refused} == {"slow_down"}
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    assert laptop.introspect("a.b.c", API).status == 200
