"""A client that proves itself by an AWS signature, over HTTP: the gateway judges it, the function believes that."""

import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest

from federation.client.http import Answer, send
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.bridge import LocalBridge
from federation.local.iam import ROLE
from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.model.json import Json
from federation.oauth.identifiers import FORM, GrantType, TokenType
from tests.support.aws_signature import headers_as_an_sdk_sends_them
from tests.support.dpop import jkt
from tests.support.jose_keys import ec_key
from tests.support.nonce_dance import proven

IDP = "https://idp.example.com"
DPOP = ec_key("dpop")
AUDIENCE: dict[str, Any] = {"kind": "Audience", "id": "risk-engine", "scopes": ["risk:read", "risk:write"]}
MAPPING: dict[str, Any] = {
    "kind": "Mapping",
    "id": "sync",
    "issuer": "acme",
    "match": {"sub": "worker"},
    "principal": "partner/acme/sync",
    "grants": [{"audience": "risk-engine", "scopes": ["risk:read", "risk:write"]}],
}


def client(id_: str, role: str, **changes: object) -> dict[str, Any]:
    auth = {"method": "aws_iam", "role": role}
    return {
        "kind": "Client",
        "id": id_,
        "tenant": "acme",
        "auth": auth,
        "audiences": ["risk-engine"],
        "scopes": ["risk:read"],
        **changes,
    }


@pytest.fixture(scope="module")
def key() -> IssuerKey:
    return generate_key("idp-1", "ES256")


@pytest.fixture(scope="module")
def local(key: IssuerKey) -> Iterator[LocalBridge]:
    issuer = {"kind": "Issuer", "id": "acme", "tenant": "acme", "provider": "oidc", "issuer": IDP}
    documents = [
        {**issuer, "keys": {"jwks": key.jwks}},
        AUDIENCE,
        MAPPING,
        client("gateway", ROLE),
        client("itself", ROLE, grants=["client-credentials"], sender_constraint="dpop"),
        client("other", ROLE.replace("laptop", "other")),
    ]
    trust = validate(SourceDocument("tests", document) for document in documents)
    with LocalBridge(trust) as bridge:
        yield bridge


def exchange(local: LocalBridge, key: IssuerKey, changes: dict[str, str], *, signed: bool = True) -> Answer:
    now = int(time.time())
    claims: dict[str, Json] = {"iss": IDP, "aud": local.url, "sub": "worker", "iat": now, "exp": now + 300}
    form = {
        "grant_type": GrantType.TOKEN_EXCHANGE.value,
        "subject_token_type": TokenType.JWT.value,
        "subject_token": key.sign(claims),
        "audience": "risk-engine",
        "scope": "risk:read",
        **changes,
    }
    url, body = f"{local.url}/iam/token", urlencode(form).encode()
    return send(url, "POST", body, headers_as_an_sdk_sends_them(url, body, FORM) if signed else {"content-type": FORM})


def test_the_role_that_signed_is_its_client(local: LocalBridge, key: IssuerKey) -> None:
    answer = exchange(local, key, {"client_id": "gateway"})
    assert (answer.status, answer.members.get("scope")) == (200, "risk:read"), answer.body
    assert "gateway" in {record["client_id"] for record in local.trail.all_issued()}


@pytest.mark.parametrize("changes", [{"client_id": "other"}, {"client_id": "nobody"}, {}])
def test_it_is_no_other_client_and_not_nobody(local: LocalBridge, key: IssuerKey, changes: dict[str, str]) -> None:
    answer = exchange(local, key, changes)
    assert (answer.status, answer.members["error"]) == (401, "invalid_client")


def test_the_clients_scopes_are_a_ceiling(local: LocalBridge, key: IssuerKey) -> None:
    assert exchange(local, key, {"client_id": "gateway", "scope": "risk:write"}).members["error"] == "invalid_scope"


@pytest.mark.parametrize("named", ["/iam/token", "/token"])
def test_a_role_asks_for_itself_with_a_proof_that_names_either_route(local: LocalBridge, named: str) -> None:
    answer = for_itself(local, named)
    assert (answer.status, answer.members.get("token_type")) == (200, "DPoP"), answer.body
    claims = jwt.decode(answer.members["access_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["client_id"], claims["cnf"]) == ("client/itself", "itself", {"jkt": jkt(DPOP)})


def test_a_proof_for_another_endpoint_is_none(local: LocalBridge) -> None:
    assert for_itself(local, "/introspect").members["error"] == "invalid_dpop_proof"


def for_itself(local: LocalBridge, named: str) -> Answer:
    """`named`: the path in the proof."""
    grant = {"grant_type": GrantType.CLIENT_CREDENTIALS.value, "client_id": "itself"}
    url, body = f"{local.url}/iam/token", urlencode({**grant, "audience": "risk-engine", "scope": "risk:read"}).encode()

    def post(headers: Mapping[str, str]) -> Answer:
        return send(url, "POST", body, {**headers_as_an_sdk_sends_them(url, body, FORM), **headers})

    return proven(f"{local.url}{named}", DPOP, post)


def test_without_a_signature_the_function_is_never_asked(local: LocalBridge, key: IssuerKey) -> None:
    answer = exchange(local, key, {"client_id": "gateway"}, signed=False)
    assert (answer.status, answer.body) == (403, b'{"message":"Forbidden"}')


def test_a_signature_on_the_open_route_proves_nobody(local: LocalBridge) -> None:
    url, body = f"{local.url}/token", urlencode({"client_id": "gateway", "grant_type": "x"}).encode()
    answer = send(url, "POST", body, headers_as_an_sdk_sends_them(url, body, FORM))
    assert answer.members["error_description"].startswith("duplicate_header")
