"""An issuer's security event over HTTP, with real keys: what was minted from its subject is worth nothing at once."""

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from federation.client.http import Answer, post_form, send
from federation.local.bridge import LocalBridge
from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.local.serving import ServeOptions, serving
from federation.model.json import Json
from federation.model.security_event import EventType
from federation.oauth.identifiers import JWT_BEARER_ASSERTION, GrantType, TokenType

IDP, STREAM = "https://idp.example.com", "https://bridge.example.com/events"
KEY, STRANGER = (generate_key("idp-1", "RS256") for _ in range(2))
API_KEY = generate_key("api-1", "ES256")
API = "payments-api"


def documents() -> Iterator[dict[str, Any]]:
    auth = {"method": "private_key_jwt", "jwks": API_KEY.jwks}
    yield {"kind": "Client", "id": API, "auth": auth, "audiences": ["payments"], "scopes": ["payments:read"]}
    yield {"kind": "Audience", "id": "payments", "scopes": ["payments:read"], "introspection": [API]}
    yield {
        "kind": "Issuer",
        "id": "idp",
        "provider": "oidc",
        "issuer": IDP,
        "audiences": ["https://bridge.example.com"],
        "keys": {"jwks": KEY.jwks},
        "events": {"audience": STREAM, "types": ["session-revoked", "account-disabled"]},
    }
    yield {
        "kind": "Mapping",
        "id": "ann",
        "issuer": "idp",
        "match": {"sub": "00u1ann"},
        "principal": "user/ann",
        "grants": [{"audience": "payments", "scopes": ["payments:read"]}],
    }


@dataclass(frozen=True, slots=True)
class Served:
    bridge: LocalBridge

    def exchange(self, issued_at: int | None = None) -> Answer:
        now = int(time.time()) if issued_at is None else issued_at
        claims: dict[str, Json] = {
            "iss": IDP,
            "aud": "https://bridge.example.com",
            "sub": "00u1ann",
            "iat": now,
            "exp": now + 300,
        }
        form = [
            ("grant_type", GrantType.TOKEN_EXCHANGE.value),
            ("subject_token", KEY.sign(claims)),
            ("subject_token_type", TokenType.JWT.value),
            ("audience", "payments"),
        ]
        return post_form(f"{self.bridge.url}/token", form)

    def active(self, token: str) -> bool:
        now = int(time.time())
        claims: dict[str, Json] = {"iss": API, "sub": API, "aud": self.bridge.url, "iat": now, "exp": now + 60}
        assertion = API_KEY.sign({**claims, "jti": str(uuid.uuid4())})
        form = [("token", token), ("client_assertion", assertion), ("client_assertion_type", JWT_BEARER_ASSERTION)]
        return bool(post_form(f"{self.bridge.url}/introspect", form).members["active"])

    def push(self, text: str) -> Answer:
        headers = {"content-type": "application/secevent+jwt", "accept": "application/json"}
        return send(f"{self.bridge.url}/events", "POST", text.encode(), headers)


def set_claims(kind: EventType = EventType.SESSION_REVOKED) -> dict[str, Json]:
    return {
        "iss": IDP,
        "aud": STREAM,
        "iat": int(time.time()),
        "jti": str(uuid.uuid4()),
        "sub_id": {"format": "iss_sub", "iss": IDP, "sub": "00u1ann"},
        "events": {kind.uri: {"initiating_entity": "admin", "reason_admin": {"en": "left the company"}}},
    }


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    trust = tmp_path_factory.mktemp("trust")
    (trust / "all.yaml").write_text(yaml.safe_dump_all(documents()), encoding="utf-8")
    with serving(ServeOptions(trust=trust)) as bridge:
        yield Served(bridge)


def test_a_session_that_ends_at_the_identity_provider_ends_here(served: Served) -> None:
    token = served.exchange().members["access_token"]
    assert served.active(token)
    before = int(time.time())
    text = KEY.sign(set_claims(), {"typ": "secevent+jwt"})
    accepted = served.push(text)
    assert (accepted.status, accepted.body) == (202, b"")
    assert not served.active(token)
    refused = served.exchange(before)
    assert refused.members["error_description"].startswith("token_revoked: ")
    assert served.exchange().status == 200, "who signs in again is let in"
    again = served.push(text)
    assert (again.status, json.loads(again.body)["err"]) == (400, "invalid_request")
    outcomes = {one["outcome"] for one in served.bridge.trail.all_issued() if one.get("operation") == "receive_event"}
    assert outcomes == {"event_received", "revoked", "risk_raised"}


@pytest.mark.parametrize(
    ("key", "kind", "typ", "err"),
    [
        (STRANGER, EventType.SESSION_REVOKED, "secevent+jwt", "authentication_failed"),
        (KEY, EventType.CREDENTIAL_CHANGE, "secevent+jwt", "access_denied"),
        (KEY, EventType.SESSION_REVOKED, "JWT", "invalid_request"),
    ],
)
def test_who_may_not_say_it_is_told_why_and_ends_nothing(
    served: Served,
    key: IssuerKey,
    kind: EventType,
    typ: str,
    err: str,
) -> None:
    token = served.exchange().members["access_token"]
    answer = served.push(key.sign(set_claims(kind), {"typ": typ}))
    assert (answer.status, answer.members["err"]) == (400, err)
    assert served.active(token)


def test_a_set_over_http_is_no_subject_token(served: Served) -> None:
    form = [
        ("grant_type", GrantType.TOKEN_EXCHANGE.value),
        ("subject_token", KEY.sign(set_claims(), {"typ": "secevent+jwt"})),
        ("subject_token_type", TokenType.JWT.value),
        ("audience", "payments"),
    ]
    assert post_form(f"{served.bridge.url}/token", form).status == 400
