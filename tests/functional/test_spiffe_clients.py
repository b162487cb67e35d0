"""A registered workload that proves itself by its JWT-SVID, over HTTP, with the bundle that its trust domain serves."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import jwt
import pytest

from federation.client.http import Answer
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.bridge import LocalBridge
from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.local.requests import GatewayRequest, GatewayResponse
from federation.local.server import Server, listen
from federation.model.json import Json
from federation.oauth.identifiers import SPIFFE_ASSERTION, GrantType, TokenType
from tests.support.dpop import jkt
from tests.support.jose_keys import ec_key
from tests.support.nonce_dance import post_with_proof
from tests.support.x509_authority import authority
from tests.support.x509_world import bundle

IDP, DOMAIN = "https://idp.example.com", "spiffe://prod.example.org"
GATEWAY = f"{DOMAIN}/ns/prod/sa/gateway"
TARGET, READ = "artifacts", "artifacts:read"
SVIDS, DPOP = generate_key("svids-1", "ES256", use="jwt-svid"), ec_key("dpop")
STRANGER = generate_key("svids-1", "ES256", use="jwt-svid")


def documents(bundle_endpoint: str, idp: IssuerKey) -> list[SourceDocument]:
    """A trust domain, one workload of it that is a client, and a partner whose tokens it exchanges."""
    auth = {"method": "spiffe_jwt", "spiffe_id": GATEWAY, "issuer": "mesh"}
    may = {"audiences": [TARGET], "scopes": [READ], "grants": ["token-exchange", "client-credentials"]}
    mapping = {"kind": "Mapping", "id": "worker", "issuer": "idp", "match": {"sub": "worker"}}
    bodies: list[dict[str, Any]] = [
        {"kind": "Audience", "id": TARGET, "scopes": [READ]},
        {"kind": "Issuer", "id": "mesh", "provider": "spiffe", "issuer": DOMAIN, "keys": {"jwks_uri": bundle_endpoint}},
        {"kind": "Issuer", "id": "idp", "provider": "oidc", "issuer": IDP, "keys": {"jwks": idp.jwks}},
        {**mapping, "principal": "partner/worker", "grants": [{"audience": TARGET, "scopes": [READ]}]},
        {"kind": "Client", "id": "gateway", "auth": auth, "sender_constraint": "dpop", **may},
    ]
    return [SourceDocument("tests", body) for body in bodies]


def served_bundle(_request: GatewayRequest) -> GatewayResponse:
    document = bundle(authority("mesh"), keys=tuple(SVIDS.jwks["keys"]))
    return GatewayResponse(200, json.dumps(document).encode(), (("content-type", "application/json"),))


IDP_KEY = generate_key("idp-1", "ES256")


@pytest.fixture(scope="module")
def local() -> Iterator[LocalBridge]:
    with ExitStack() as running:
        endpoint = running.enter_context(Server(listen(0), served_bundle))
        trust = validate(documents(f"{endpoint.url}/bundle.json", IDP_KEY), loopback=True)
        yield running.enter_context(LocalBridge(trust))


def svid(local: LocalBridge, key: IssuerKey = SVIDS, **changes: Json) -> str:
    """As SPIRE writes it: an audience of one, and no `jti`."""
    now = int(time.time())
    return key.sign({"sub": GATEWAY, "aud": [local.url], "iat": now, "exp": now + 300, **changes})


def for_itself(local: LocalBridge, assertion: str, **changes: str) -> Answer:
    form = {"grant_type": GrantType.CLIENT_CREDENTIALS.value, "audience": TARGET, "scope": READ}
    proven = {"client_assertion": assertion, "client_assertion_type": SPIFFE_ASSERTION, "client_id": "gateway"}
    return post_with_proof(f"{local.url}/token", {**form, **proven, **changes}, DPOP)


def test_a_workload_asks_for_itself_with_one_svid_as_often_as_it_likes(local: LocalBridge) -> None:
    assertion = svid(local)
    for _ in range(2):
        answer = for_itself(local, assertion)
        assert (answer.status, answer.members.get("token_type")) == (200, "DPoP"), answer.body
        claims = jwt.decode(answer.members["access_token"], options={"verify_signature": False})
        assert (claims["sub"], claims["cnf"]) == ("client/gateway", {"jkt": jkt(DPOP)})


def test_it_exchanges_a_partners_token(local: LocalBridge) -> None:
    now = int(time.time())
    subject: dict[str, Json] = {"iss": IDP, "aud": local.url, "sub": "worker", "iat": now, "exp": now + 300}
    changes = {
        "grant_type": GrantType.TOKEN_EXCHANGE.value,
        "subject_token": IDP_KEY.sign(subject),
        "subject_token_type": TokenType.JWT.value,
    }
    answer = for_itself(local, svid(local), **changes)
    assert answer.status == 200, answer.body
    [record] = [one for one in local.trail.all_issued() if one["principal"] == "partner/worker"]
    assert record["client_id"] == "gateway"


@pytest.mark.parametrize(
    "changes",
    [
        {"sub": f"{DOMAIN}/ns/prod/sa/other"},
        {"sub": "spiffe://dev.example.org/ns/prod/sa/gateway"},
        {"aud": ["https://federation.example.com/token"]},
        {"exp": 1},
    ],
)
def test_an_svid_of_somebody_else_or_for_somebody_else_or_too_late_proves_nobody(
    local: LocalBridge, changes: dict[str, Json]
) -> None:
    refused(for_itself(local, svid(local, SVIDS, **changes)))


def test_L1_an_svid_for_two_is_refused(local: LocalBridge) -> None:
    refused(for_itself(local, svid(local, aud=[local.url, "https://other.example.com"])))
    refused(for_itself(local, svid(local, aud=f"{local.url}/token")))


def test_a_key_that_is_not_in_the_bundle_proves_nobody(local: LocalBridge) -> None:
    refused(for_itself(local, svid(local, STRANGER)))


def test_L8_the_svid_that_is_exchanged_is_no_proof_of_its_bearer(local: LocalBridge) -> None:
    assertion = svid(local)
    changes = {"grant_type": GrantType.TOKEN_EXCHANGE.value, "subject_token_type": TokenType.JWT.value}
    refused(for_itself(local, assertion, subject_token=assertion, **changes))


def refused(answer: Answer) -> None:
    assert (answer.status, answer.members["error"]) == (401, "invalid_client"), answer.body
