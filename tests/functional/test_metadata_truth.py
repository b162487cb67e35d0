"""What the published metadata says and what the endpoints do are the same, both ways (RFC 8414, issue: metadata)."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import pytest

from federation.client.http import send
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.bridge import LocalBridge
from federation.local.requests import GatewayRequest
from federation.model.json import Json
from federation.oauth.identifiers import FORM, JWT_BEARER_ASSERTION, SPIFFE_ASSERTION, GrantType, TokenType
from federation.oauth.metadata import OAUTH_PATH, OPENID_PATH, authorization_server_metadata
from tests.support.client_world import by_key
from tests.support.dpop import proof
from tests.support.issuer_world import jwks
from tests.support.jose_keys import JoseKey, ec_key, ed25519_key, rsa_key
from tests.support.jose_tokens import signed
from tests.support.x509_authority import authority, device, pem
from tests.support.x509_thumbprint import x5t_s256

NOW = int(time.time())
MTLS = "https://mtls.federation.example.com"
IDP, DOMAIN, SVID = "https://idp.example.com", "spiffe://prod.example.org", "spiffe://prod.example.org/gateway"
CA = authority("acme", at=NOW)
CERTIFICATE = CA.sign(device("gateway").around(NOW))
KEYS: dict[str, JoseKey] = {
    "ES256": ec_key(),
    "ES384": ec_key("ec-3", "P-384"),
    "ES512": ec_key("ec-5", "P-521"),
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), rsa_key()),
    "EdDSA": ed25519_key(),
    "Ed25519": ed25519_key(),
}
AUTHS: dict[str, dict[str, Json]] = {
    "none": {"method": "none"},
    "private_key_jwt": by_key(ec_key(), rsa_key(), ed25519_key()),
    "tls_client_auth": {"method": "tls_client_auth", "certificates": [CA.pem], "subject_dn": "CN=gateway"},
    "self_signed_tls_client_auth": {"method": "self_signed_tls_client_auth", "thumbprints": [x5t_s256(CERTIFICATE)]},
    "spiffe_jwt": {"method": "spiffe_jwt", "spiffe_id": SVID, "issuer": "mesh"},
}
ITSELF = "asks-for-itself"
PATHS = ("token", "introspection", "revocation")


def documents() -> Iterator[dict[str, Json]]:
    grants: list[Json] = [{"audience": "risk-engine", "scopes": ["risk:read"]}]
    yield {"kind": "Audience", "id": "risk-engine", "scopes": ["risk:read"], "introspection": list(AUTHS)[1:]}
    yield {"kind": "Issuer", "id": "acme", "provider": "oidc", "issuer": IDP, "keys": {"jwks": jwks(rsa_key())}}
    svids: Json = {"keys": [{**ec_key("mesh").jwk(), "use": "jwt-svid"}]}
    yield {"kind": "Issuer", "id": "mesh", "provider": "spiffe", "issuer": DOMAIN, "keys": {"jwks": svids}}
    mapping: dict[str, Json] = {"kind": "Mapping", "id": "sync", "issuer": "acme", "match": {"sub": "worker"}}
    yield {**mapping, "principal": "partner/acme/sync", "grants": grants}
    registered: dict[str, Json] = {"kind": "Client", "audiences": ["risk-engine"], "scopes": ["risk:read"]}
    for name, auth in AUTHS.items():
        constraint: dict[str, Json] = {"sender_constraint": "dpop"} if name == "none" else {}
        yield {**registered, "id": name, "auth": auth, **constraint}
    asking: dict[str, Json] = {"grants": ["client-credentials"], "sender_constraint": "any"}
    yield {**registered, "id": ITSELF, "auth": by_key(ec_key(ITSELF)), **asking}


@dataclass(frozen=True)
class Caller:
    """A bridge, and everybody who may ask it anything."""

    bridge: LocalBridge
    _numbers: Iterator[int] = field(default_factory=count)

    def published(self, path: str = OAUTH_PATH) -> dict[str, Any]:
        return send(f"{self.bridge.url}{path}", "GET").members

    def post(self, path: str, form: dict[str, str], certificate: str | None = None, dpop: str = "") -> dict[str, Any]:
        """The members of the answer, and its `status`; through the gateway, as over any of its listeners."""
        headers = (("content-type", FORM), *((("dpop", dpop),) if dpop else ()))
        body = urlencode(form).encode()
        answer = self.bridge.answer(
            GatewayRequest("POST", path, headers=headers, body=body, client_certificate=certificate)
        )
        nonce = dict(answer.headers).get("dpop-nonce", "")
        return {**(json.loads(answer.body) if answer.body else {}), "status": answer.status, "nonce": nonce}

    def exchange(self, dpop: str = "", certificate: str | None = None, **changes: str) -> dict[str, Any]:
        form = {
            "grant_type": GrantType.TOKEN_EXCHANGE.value,
            "subject_token": self.jwt(rsa_key(), "RS256", iss=IDP, sub="worker"),
            "subject_token_type": TokenType.JWT.value,
            "audience": "risk-engine",
        }
        return self.post("/token", {**form, **changes}, certificate, dpop)

    def jwt(self, key: JoseKey, alg: str, **claims: Json) -> str:
        now = int(time.time())
        usual: dict[str, Json] = {
            "aud": self.bridge.url,
            "iat": now,
            "exp": now + 120,
            "jti": f"j-{next(self._numbers)}",
        }
        return signed({"alg": alg, "kid": key.kid}, {**usual, **claims}, key, alg)

    def credentials(self, method: str, alg: str = "ES256") -> dict[str, str]:
        """Form parameters of the client of that method."""
        if method in ("private_key_jwt", ITSELF):
            key = ec_key(ITSELF) if method == ITSELF else KEYS[alg]
            text = self.jwt(key, alg, iss=method, sub=method)
            return {"client_assertion": text, "client_assertion_type": JWT_BEARER_ASSERTION}
        if method == "spiffe_jwt":
            text = self.jwt(ec_key("mesh"), "ES256", sub=SVID)
            return {"client_id": method, "client_assertion": text, "client_assertion_type": SPIFFE_ASSERTION}
        return {"client_id": method}

    def proof(self, alg: str = "ES256") -> str:
        """With a nonce of the bridge's."""
        return self._proof(alg, nonce=self.exchange(self._proof("ES256"))["nonce"])

    def _proof(self, alg: str, **members: Json) -> str:
        times: dict[str, Any] = {"iat": int(time.time()), "jti": f"p-{next(self._numbers)}", **members}
        return proof(KEYS[alg], alg, htu=f"{self.bridge.url}/token", **times)


@pytest.fixture(scope="module")
def caller() -> Iterator[Caller]:
    trust = validate((SourceDocument("tests", document) for document in documents()), loopback=True)
    with LocalBridge(trust) as bridge:
        yield Caller(bridge)


@pytest.fixture(scope="module")
def says(caller: Caller) -> dict[str, Any]:
    return caller.published()


def with_certificates(caller: Caller) -> dict[str, Any]:
    """What is published where there is a host for client certificates."""
    return dict(authorization_server_metadata(caller.bridge.url, ["RS256"], MTLS))


def test_both_documents_say_the_same(caller: Caller, says: dict[str, Any]) -> None:
    openid = caller.published(OPENID_PATH)
    assert {name: openid[name] for name in says} == says


def test_a_grant_is_supported_if_and_only_if_it_is_listed(caller: Caller, says: dict[str, Any]) -> None:
    known = {"authorization_code", "refresh_token", "password", "implicit", "client_credentials", "device_code"}
    urns = {f"urn:ietf:params:oauth:grant-type:{name}" for name in ("jwt-bearer", "device_code", "token-exchange")}
    for grant in known | urns | set(says["grant_types_supported"]):
        unsupported = caller.exchange(grant_type=grant).get("error") == "unsupported_grant_type"
        assert unsupported == (grant not in says["grant_types_supported"]), grant
    assert caller.exchange()["status"] == 200
    itself = {"grant_type": "client_credentials", "audience": "risk-engine", "scope": "risk:read"}
    answer = caller.post("/token", {**itself, **caller.credentials(ITSELF)}, dpop=caller.proof())
    assert (answer["status"], answer["token_type"]) == (200, "DPoP")


def test_every_endpoint_is_where_it_is_said_to_be(caller: Caller, says: dict[str, Any]) -> None:
    for name in PATHS:
        url = urlsplit(says[f"{name}_endpoint"])
        assert f"{url.scheme}://{url.netloc}" == caller.bridge.url
        assert caller.post(url.path, {})["status"] in (400, 401)
        assert send(says[f"{name}_endpoint"], "GET").status in (404, 405)  # no GET
    assert send(says["jwks_uri"], "GET").members["keys"]


@pytest.mark.parametrize("method", AUTHS)
def test_a_method_that_is_listed_authenticates(caller: Caller, method: str) -> None:
    full = with_certificates(caller)
    assert method in full["token_endpoint_auth_methods_supported"]
    certificate = pem(CERTIFICATE) if "tls" in method else None
    dpop = caller.proof() if method == "none" else ""
    answer = caller.exchange(dpop, certificate, **caller.credentials(method))
    assert answer["status"] == 200, answer
    if method == "none":  # at the other endpoints: who is not registered at all
        answer = caller.exchange()
    sent = {"token": str(answer["access_token"]), **(caller.credentials(method) if method != "none" else {})}
    again = {**sent, **(caller.credentials(method) if method != "none" else {})}
    shown = caller.post("/introspect", sent, certificate)
    listed = method in full["introspection_endpoint_auth_methods_supported"]
    assert (shown["status"], shown.get("active")) == ((200, True) if listed else (401, None))
    revoked = caller.post("/revoke", again, certificate)
    assert (revoked["status"] == 200) == (method in full["revocation_endpoint_auth_methods_supported"]), revoked


def test_no_other_method_is_listed(caller: Caller) -> None:
    full = with_certificates(caller)
    for name in PATHS:
        assert set(full[f"{name}_endpoint_auth_methods_supported"]) <= set(AUTHS)


@pytest.mark.parametrize(
    "credentials",
    [
        {"client_id": "private_key_jwt", "client_secret": "secret"},
        {"client_id": "private_key_jwt"},
        {"client_id": "tls_client_auth"},
        {
            "client_assertion": "a.b.c",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
        },
    ],
)
def test_what_is_not_listed_authenticates_nobody(caller: Caller, credentials: dict[str, str]) -> None:
    answer = caller.exchange(**credentials)
    assert (answer["status"], answer["error"]) == (401, "invalid_client")


def test_without_a_host_for_certificates_nothing_that_takes_one_is_listed(says: dict[str, Any]) -> None:
    """Nobody could show one there."""
    assert "mtls_endpoint_aliases" not in says
    assert says["tls_client_certificate_bound_access_tokens"] is False
    assert TokenType.MTLS.value not in says["subject_token_types_supported"]
    for name in PATHS:
        assert not [method for method in says[f"{name}_endpoint_auth_methods_supported"] if "tls" in method]


def test_with_one_it_is_named_for_every_endpoint(caller: Caller) -> None:
    full = with_certificates(caller)
    assert full["mtls_endpoint_aliases"] == {f"{name}_endpoint": f"{MTLS}{_path(full, name)}" for name in PATHS}
    assert full["tls_client_certificate_bound_access_tokens"] is True


def _path(says: dict[str, Any], name: str) -> str:
    return urlsplit(str(says[f"{name}_endpoint"])).path


ALGORITHMS: dict[str, Callable[[Caller, str], dict[str, Any]]] = {
    "token_endpoint_auth_signing_alg_values_supported": lambda caller, alg: caller.exchange(
        **caller.credentials("private_key_jwt", alg)
    ),
    "dpop_signing_alg_values_supported": lambda caller, alg: caller.exchange(caller.proof(alg)),
}


@pytest.mark.parametrize("member", ALGORITHMS)
def test_an_algorithm_is_accepted_if_and_only_if_it_is_listed(
    caller: Caller, says: dict[str, Any], member: str
) -> None:
    assert set(says[member]) <= KEYS.keys()
    for alg in KEYS:
        answer = ALGORITHMS[member](caller, alg)
        assert (answer["status"] == 200) == (alg in says[member]), (alg, answer)


def test_every_endpoint_takes_the_same_algorithms(says: dict[str, Any]) -> None:
    assert len({tuple(says[f"{name}_endpoint_auth_signing_alg_values_supported"]) for name in PATHS}) == 1


@pytest.mark.parametrize("endpoint", ["introspection", "revocation"])
def test_an_algorithm_of_another_endpoint_is_accepted_if_and_only_if_it_is_listed(
    caller: Caller, says: dict[str, Any], endpoint: str
) -> None:
    path = _path(says, endpoint)
    for alg in KEYS:
        answer = caller.post(path, {"token": "a.b.c", **caller.credentials("private_key_jwt", alg)})
        listed = alg in says[f"{endpoint}_endpoint_auth_signing_alg_values_supported"]
        assert (answer["status"] == 200) == listed, (alg, answer)


def test_an_answer_to_introspection_is_signed_as_it_is_said(caller: Caller, says: dict[str, Any]) -> None:
    keys = send(says["jwks_uri"], "GET").members["keys"]
    assert {key["alg"] for key in keys} == set(says["introspection_signing_alg_values_supported"])
    form = {"token": str(caller.exchange()["access_token"]), **caller.credentials("private_key_jwt")}
    headers = (("content-type", FORM), ("accept", "application/token-introspection+jwt"))
    answer = caller.bridge.answer(GatewayRequest("POST", "/introspect", headers=headers, body=urlencode(form).encode()))
    header = jwt.get_unverified_header(answer.body.decode())
    assert header["alg"] in says["introspection_signing_alg_values_supported"]
    assert header["kid"] in {key["kid"] for key in keys}


def test_nothing_is_said_that_no_case_here_compares(caller: Caller) -> None:
    """Whoever adds a member adds a case."""
    of_endpoints = ("endpoint", "endpoint_auth_methods_supported", "endpoint_auth_signing_alg_values_supported")
    assert with_certificates(caller).keys() == {
        *("issuer", "jwks_uri", "grant_types_supported", "response_types_supported", "mtls_endpoint_aliases"),
        "authorization_endpoint",
        *(f"{name}_{what}" for name in PATHS for what in of_endpoints),
        *("introspection_signing_alg_values_supported", "dpop_signing_alg_values_supported"),
        *("tls_client_certificate_bound_access_tokens",),
        *("subject_token_types_supported", "requested_token_types_supported"),
    }


def test_the_authorization_endpoint_is_a_page_that_sends_nobody_anywhere(says: dict[str, Any]) -> None:
    """Libraries refuse metadata without it, or with an empty list (RFC 8414 sections 2 and 3.2)."""
    assert says["response_types_supported"] == ["none"]
    answer = send(f"{says['authorization_endpoint']}?response_type=code&redirect_uri=https://evil.example.com", "GET")
    assert (answer.status, "location" in answer.headers) == (400, False)
    assert b"evil" not in answer.body


def test_the_issuer_is_what_tokens_say(caller: Caller, says: dict[str, Any]) -> None:
    claims = jwt.decode(str(caller.exchange()["access_token"]), options={"verify_signature": False})
    assert claims["iss"] == says["issuer"] == caller.bridge.url


def test_a_subject_token_type_is_known_if_and_only_if_it_is_listed(caller: Caller) -> None:
    listed = with_certificates(caller)["subject_token_types_supported"]
    others = [f"urn:ietf:params:oauth:token-type:{name}" for name in ("saml1", "saml2", "refresh_token", "x")]
    for name in {*listed, *others, *(one.value for one in TokenType)}:
        answer = caller.exchange(subject_token_type=name)
        unknown = "unsupported_subject_token_type" in answer.get("error_description", "")
        assert unknown == (name not in listed), (name, answer)


def test_a_requested_token_type_is_issued_if_and_only_if_it_is_listed(caller: Caller, says: dict[str, Any]) -> None:
    for name in {*(one.value for one in TokenType), "urn:ietf:params:oauth:token-type:refresh_token"}:
        answer = caller.exchange(requested_token_type=name)
        assert (answer["status"] == 200) == (name in says["requested_token_types_supported"]), (name, answer)
        if answer["status"] == 200:
            assert answer["issued_token_type"] == name
