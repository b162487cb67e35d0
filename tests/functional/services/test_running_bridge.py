"""Services with tokens that a running bridge issued: exchanged, bound, withdrawn, opaque, named by a resource."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from federation.client.http import post_form
from federation.client.key import DpopKey
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.bridge import LocalBridge
from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.local.server import listen, url_of
from federation.model.json import Json
from federation.oauth.identifiers import GrantType, TokenType
from federation.resource_server.adapters import asgi
from federation.resource_server.opaque import Introspection
from federation.resource_server.verifier import Verifier
from tests.support.eventually import eventually
from tests.support.services.web import uvicorn_serving

IDP, SCOPE = "https://idp.example.com", "calendar:read"
RESOURCE = "https://tools.example.com/calendar/mcp"
AUDIENCES: dict[str, dict[str, Any]] = {
    "calendar": {},
    "calendar-mcp": {"resource": RESOURCE, "token_audience": "resource"},
    "calendar-bound": {"sender_constraint": "dpop"},
    "calendar-opaque": {"token_format": "opaque", "resource": "https://o.example.com", "token_audience": "resource"},
}
API = "calendar-api"
_numbers = count()


@dataclass(frozen=True)
class Laptop:
    """A bridge, and somebody with a token of their own."""

    local: LocalBridge
    key: IssuerKey

    def token(self, audience: str, *, holder: DpopKey | None = None, **form: str) -> str:
        now = int(time.time())
        claims: dict[str, Json] = {"iss": IDP, "sub": "worker", "aud": self.local.url, "iat": now, "exp": now + 300}
        asked = {
            "grant_type": GrantType.TOKEN_EXCHANGE.value,
            "subject_token": self.key.sign({**claims, "jti": f"j-{next(_numbers)}"}),
            "subject_token_type": TokenType.JWT.value,
            **({"audience": audience} if audience else {}),
            **form,
        }
        url, headers = f"{self.local.url}/token", dict[str, str]()
        if holder:
            nonce = post_form(url, list(asked.items()), {"dpop": holder.proof("POST", url)}).headers["dpop-nonce"]
            headers = {"dpop": holder.proof("POST", url, nonce=nonce)}
        return str(post_form(url, list(asked.items()), headers).members["access_token"])


def documents(key: IssuerKey) -> Iterator[dict[str, Any]]:
    for id_, members in AUDIENCES.items():
        yield {"kind": "Audience", "id": id_, "scopes": [SCOPE], "introspection": [API], **members}
    keys = {"jwks": key.jwks}
    yield {"kind": "Issuer", "id": "acme", "provider": "oidc", "issuer": IDP, "keys": keys, "algorithms": ["ES256"]}
    grants = [{"audience": id_, "scopes": [SCOPE]} for id_ in AUDIENCES]
    mapping = {"kind": "Mapping", "id": "sync", "issuer": "acme", "match": {"sub": "worker"}}
    yield {**mapping, "principal": "partner/acme/sync", "grants": grants}
    yield {"kind": "Client", "id": API, "auth": {"method": "private_key_jwt", **keys}, "grants": []}


@pytest.fixture(scope="module")
def laptop() -> Iterator[Laptop]:
    key = generate_key("acme-1", "ES256")
    trust = [SourceDocument("tests", document) for document in documents(key)]
    with LocalBridge(validate(trust, loopback=True)) as local:
        yield Laptop(local, key)


async def _whoami(scope: asgi.Scope, _: asgi.Receive, send: asgi.Send) -> None:
    claims = scope["state"]["claims"]
    await asgi.send_json(send, json.dumps({"sub": claims.principal, "aud": claims["aud"]}).encode())


@pytest.mark.parametrize(
    ("audience", "named"), [("calendar", "calendar"), ("calendar-mcp", RESOURCE)], ids=["by its id", "by its resource"]
)
def test_a_service_is_named_as_its_document_says(laptop: Laptop, audience: str, named: str) -> None:
    verifier = Verifier(laptop.local.url, named)
    claims = verifier.verify(laptop.token(audience)).require(scope=SCOPE)
    assert claims["aud"] == named
    verifier.close()


def test_who_asks_by_the_resource_gets_the_same_audience(laptop: Laptop) -> None:
    verifier = Verifier(laptop.local.url, RESOURCE)
    assert verifier.verify(laptop.token("", resource=RESOURCE)).principal == "partner/acme/sync"
    verifier.close()


def test_an_opaque_token_is_introspected_whatever_its_audience_is_called(laptop: Laptop) -> None:
    assert isinstance(laptop.key.private, ec.EllipticCurvePrivateKey)
    private = ECAlgorithm.to_jwk(laptop.key.private, as_dict=True)
    asking = Introspection(laptop.local.url, API, {**private, "alg": "ES256", "kid": laptop.key.kid})
    verifier = Verifier(laptop.local.url, "https://o.example.com", introspection=asking)
    token = laptop.token("calendar-opaque")
    assert verifier.verify(token).require(scope=SCOPE).principal == "partner/acme/sync"
    verifier.close()


def test_a_service_lets_in_what_was_exchanged_for_it_until_it_is_withdrawn(laptop: Laptop) -> None:
    listener = listen(0)
    url, holder = url_of(listener), DpopKey.generate()
    verifier = Verifier(laptop.local.url, "calendar-bound")
    app = asgi.BridgeMiddleware(_whoami, verifier, scope=SCOPE, url=url)
    with uvicorn_serving(app, listener):
        token = laptop.token("calendar-bound", holder=holder)

        def status() -> int:
            proof = holder.proof("GET", f"{url}/calendar", access_token=token)
            return httpx.get(f"{url}/calendar", headers={"authorization": f"DPoP {token}", "dpop": proof}).status_code

        assert status() == 200
        assert httpx.get(f"{url}/calendar", headers={"authorization": f"Bearer {token}"}).status_code == 401
        post_form(f"{laptop.local.url}/revoke", [("token", token)])
        assert eventually(lambda: status() == 401)
    verifier.close()
