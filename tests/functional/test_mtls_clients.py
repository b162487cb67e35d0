"""Registered clients that prove themselves by a TLS certificate (RFC 8705), over real handshakes."""

import json
import ssl
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from federation.client.http import post_form, send
from federation.documents.validate import validate
from federation.local.bridge import LocalBridge
from federation.local.issuers.loopback import generate_key
from federation.local.mtls.identity import new_identity
from federation.local.mtls.server import MutualTlsServer
from federation.local.mtls.serving import mutual_tls
from federation.local.requests import GatewayRequest, GatewayResponse
from federation.oauth.errors import InvalidToken
from federation.oauth.identifiers import TokenType
from federation.resource_server.verifier import Verifier
from tests.support.bridge_process import served
from tests.support.mtls_clients import (
    ACME,
    API,
    GATEWAY,
    GLOBEX,
    HELD,
    KIOSK,
    MESH,
    METHODS,
    TARGET,
    WORKLOAD,
    Laptop,
    documents,
    exchanged,
    itself,
    key_holder,
    pem_of,
    reason,
)
from tests.support.x509_client import Form, TlsClient, clients
from tests.support.x509_thumbprint import x5t_s256


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Laptop]:
    folder, idp = tmp_path_factory.mktemp("mtls"), generate_key("idp-1", "ES256")
    with LocalBridge(validate(documents(idp))) as bridge, mutual_tls(bridge, folder / "ca.pem") as url:
        yield Laptop(bridge, url, folder, idp)


@pytest.mark.parametrize("post", clients())
@pytest.mark.parametrize("client", METHODS)
def test_a_client_gets_a_token_that_is_bound_to_its_certificate(
    laptop: Laptop, post: Callable[[TlsClient, str, Form], dict[str, Any]], client: str
) -> None:
    members = post(laptop.over(client), laptop.url, itself(client))
    assert members["token_type"] == "Bearer", members  # RFC 8705 section 3 has no type of its own
    claims = laptop.verifier().verify(members["access_token"], certificate=pem_of(client))
    assert (claims["sub"], claims["client_id"]) == (f"client/{client}", client)
    assert claims["cnf"] == {"x5t#S256": x5t_s256(HELD[client][0])}


@pytest.mark.parametrize("client", METHODS)
def test_what_it_exchanges_is_bound_to_its_certificate_too(laptop: Laptop, client: str) -> None:
    subject = laptop.foreign_token()
    form = exchanged(subject, client_id=client, subject_token_type=TokenType.JWT.value)
    status, members = laptop.post(client, **form)
    assert status == 200, members
    claims = laptop.verifier().verify(members["access_token"], certificate=pem_of(client))
    assert (claims["sub"], claims["cnf"]) == ("somebody/worker", {"x5t#S256": x5t_s256(HELD[client][0])})


@pytest.mark.parametrize(
    ("over", "client"),
    [
        (None, GATEWAY),
        (None, KIOSK),
        (KIOSK, GATEWAY),
        (GATEWAY, KIOSK),
        (API, GATEWAY),
        (GATEWAY, API),
        (GATEWAY, "nobody"),
        ("gateway by another authority", GATEWAY),
        ("somebody of globex", KIOSK),
        (None, WORKLOAD),
        (GATEWAY, WORKLOAD),
        (WORKLOAD, GATEWAY),
        ("another workload", WORKLOAD),
        ("workload by another authority", WORKLOAD),
    ],
)
def test_K3_past_the_handshake_a_certificate_is_its_own_clients_alone(
    laptop: Laptop, over: str | None, client: str
) -> None:
    """Every one of these is in the pool of the handshake, which is one for all."""
    status, members = laptop.post(over, **itself(client))
    assert (status, members["error"], reason(members)) == (401, "invalid_client", "client_authentication_failed")


@pytest.mark.parametrize("over", ["self-signed by a stranger", "kiosk again"])
def test_K9_a_self_signed_certificate_that_is_not_registered_is_nobodys(laptop: Laptop, over: str) -> None:
    """Most do not even get past the handshake, which on AWS takes a truststore that holds them."""
    try:
        status, _ = laptop.post(over, **itself(KIOSK))
    except (ssl.SSLError, ConnectionError):
        status = 401
    assert status == 401
    assert laptop.post(KIOSK, **itself(KIOSK))[0] == 200


@pytest.mark.parametrize("header", ["x-client-cert", "x-amzn-mtls-clientcert", "ssl-client-cert"])
def test_K1_a_certificate_in_a_header_proves_nobody_over_either_listener(laptop: Laptop, header: str) -> None:
    headers = {header: pem_of(KIOSK).strip().replace("\n", " ")}
    answer = post_form(f"{laptop.bridge.url}/token", list(itself(KIOSK).items()), headers)
    assert (answer.status, answer.members["error"]) == (401, "invalid_client")
    status, members = laptop.over(None).post(laptop.url, itself(KIOSK), list(headers.items()))
    assert (status, members["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("caller", [API, KIOSK])
def test_an_api_introspects_by_its_certificate(laptop: Laptop, caller: str) -> None:
    form = {"token": laptop.token(GATEWAY), "client_id": caller}
    _, told = laptop.post(caller, "/introspect", **form)
    assert (told["active"], told["sub"]) == (True, f"client/{GATEWAY}")
    assert told["cnf"] == {"x5t#S256": x5t_s256(HELD[GATEWAY][0])}
    for over in (None, "gateway by another authority", GATEWAY):
        status, members = laptop.post(over, "/introspect", **form)
        assert (status, members["error"]) == (401, "invalid_client")


def test_a_client_revokes_its_token_by_its_certificate(laptop: Laptop) -> None:
    token = laptop.token(KIOSK)
    asked = {"token": token, "client_id": API}
    assert laptop.post(KIOSK, "/revoke", token=token, client_id=GATEWAY)[0] == 401
    assert laptop.post(API, "/introspect", **asked)[1]["active"] is True
    assert laptop.post(KIOSK, "/revoke", token=token, client_id=KIOSK) == (200, {})
    assert laptop.post(API, "/introspect", **asked)[1] == {"active": False}


def test_K6_a_bound_token_is_exchanged_over_its_own_certificate_alone(laptop: Laptop) -> None:
    token = laptop.token(GATEWAY)
    status, members = laptop.post("gateway, renewed", **exchanged(token, client_id=GATEWAY))
    assert (status, reason(members)) == (400, "proof_required")
    for over, who in ((KIOSK, {"client_id": KIOSK}), ("somebody of globex", {}), (None, {})):
        status, members = laptop.post(over, **exchanged(token, **who))
        assert (status, reason(members)) == (400, "client_not_permitted"), over
    status, members = laptop.post(GATEWAY, **exchanged(token, client_id=GATEWAY))
    assert (status, reason(members)) == (400, "actor_required")  # the key is proven: the next question is who acts


def test_K6_a_bound_admin_token_opens_the_admin_api_over_its_own_certificate_alone(laptop: Laptop) -> None:
    mtls = TokenType.MTLS.value
    form = exchanged("mtls", subject_token_type=mtls, audience="federation-admin", scope="trust:read")
    status, members = laptop.post("admin", **form)
    assert status == 200, members
    path, authorization = "/admin/v1/issuers", ("authorization", f"Bearer {members['access_token']}")
    assert laptop.over("admin").get(laptop.url, path, [authorization])[0] == 200
    for over in (None, GATEWAY, "somebody of globex"):
        assert laptop.over(over).get(laptop.url, path, [authorization])[0] == 401
    assert send(f"{laptop.bridge.url}{path}", "GET", headers=dict([authorization])).status == 401


def test_serve_takes_a_client_by_its_certificate_whatever_speaks_tls(tmp_path: Path) -> None:
    trust = tmp_path / "trust"
    trust.mkdir()
    for number, source in enumerate(documents(generate_key("idp-1", "ES256"))):
        (trust / f"{number}.yaml").write_text(json.dumps(source.value), encoding="utf-8")
    with served(tmp_path, "--trust", trust, "--mtls", "--mtls-ca", tmp_path / "ca.pem") as serving:
        assert serving.process.stdout is not None
        _, url = serving.process.stdout.readline().split()
        for client, post in product(METHODS, clients()):
            members = post(key_holder(tmp_path, client), url, itself(client))
            claims = Verifier(serving.url, TARGET).verify(members["access_token"], certificate=pem_of(client))
            assert claims["cnf"] == {"x5t#S256": x5t_s256(HELD[client][0])}


def served_by(verifier: Verifier) -> Callable[[GatewayRequest], GatewayResponse]:
    """A service of a few lines, which asks our verifier about each request."""

    def answer(request: GatewayRequest) -> GatewayResponse:
        token = request.header("authorization").removeprefix("Bearer ")
        try:
            claims = verifier.verify(token, certificate=request.client_certificate)
        except InvalidToken as error:
            return GatewayResponse(401, json.dumps({"error": error.reason.value}).encode())
        return GatewayResponse(200, json.dumps({"sub": claims["sub"]}).encode())

    return answer


def context_of_a_service(folder: Path) -> ssl.SSLContext:
    """It lets in whom it knows, as the bridge does."""
    identity, file = new_identity(), folder / "server.pem"
    file.write_text(identity.private_key + identity.certificate)
    (folder / "ca.pem").write_text(identity.authority)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(cadata=ACME.pem + GLOBEX.pem + MESH.pem + pem_of(KIOSK))
    return context


@pytest.mark.parametrize("client", METHODS)
def test_K6_a_service_takes_a_bound_token_over_its_own_certificate_alone(
    laptop: Laptop, client: str, tmp_path: Path
) -> None:
    authorization, context = ("authorization", f"Bearer {laptop.token(client)}"), context_of_a_service(tmp_path)
    with MutualTlsServer(served_by(laptop.verifier()), lambda: context) as service:
        assert key_holder(tmp_path, client).get(service.url, "/", [authorization]) == (
            200,
            {"sub": f"client/{client}"},
        )
        for over in (None, API, "gateway, renewed", "somebody of globex"):
            assert key_holder(tmp_path, over).get(service.url, "/", [authorization]) == (
                401,
                {"error": "proof_required"},
            )
