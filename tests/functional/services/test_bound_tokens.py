"""Tokens that are bound to a key: what proves it to each adapter, and where nothing can."""

import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

import grpc
import httpx
import pytest
from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server

from federation.local.mtls.identity import CertifiedKey, device_identity, new_identity
from federation.oauth.errors import OAuthError
from federation.resource_server.adapters import asgi, wsgi
from federation.resource_server.adapters.grpc import BridgeInterceptor
from federation.resource_server.dpop import certificate_thumbprint
from federation.resource_server.gate import Gate, Request
from federation.resource_server.testing import OwnBridge
from tests.support.services import grpc_services, lambdas, local_api
from tests.support.services.asked import AUDIENCE, PATH, SCOPE, bearer
from tests.support.x509_authority import authority


@pytest.fixture
def bridge() -> Iterator[OwnBridge]:
    with OwnBridge() as bridge:
        yield bridge


# Where no proof can be checked, bound tokens are refused


def test_without_its_own_url_a_service_takes_no_token_that_is_bound_to_a_key(bridge: OwnBridge) -> None:
    gate, holder = Gate(bridge.verifier(AUDIENCE)), bridge.holder()
    token = bridge.token(AUDIENCE, cnf=holder.cnf)
    shown = holder.proof("GET", "https://risk.example.com/", token)
    for authorization in (f"Bearer {token}", f"DPoP {token}"):
        request = Request("GET", "/", (authorization,), (shown,))
        with pytest.raises(OAuthError) as refused:
            gate.admit(request)
        assert gate.answer(refused.value, request).status == 401
    assert gate.admit(Request("GET", "/", (f"Bearer {bridge.token(AUDIENCE)}",))).principal


@pytest.mark.parametrize("headers", [("Bearer a", "Bearer b"), ("Basic eDp5",), ("Bearer",), ("Bearer a, Bearer b",)])
def test_what_is_no_single_token_is_none(bridge: OwnBridge, headers: tuple[str, ...]) -> None:
    with pytest.raises(OAuthError):
        Gate(bridge.verifier(AUDIENCE)).admit(Request("GET", "/", headers))


def test_a_proof_beside_a_bearer_token_makes_it_no_proven_one(bridge: OwnBridge) -> None:
    url, holder = "https://risk.example.com", bridge.holder()
    token = bridge.token(AUDIENCE, cnf=holder.cnf)
    request = Request("GET", "/a", (f"Bearer {token}",), (holder.proof("GET", f"{url}/a", token),))
    with pytest.raises(OAuthError):
        Gate(bridge.verifier(AUDIENCE), url=url).admit(request)


def test_a_proof_is_for_a_path_in_whatever_way_it_is_escaped_and_for_no_other(bridge: OwnBridge) -> None:
    url, holder = "https://risk.example.com", bridge.holder()
    gate, token = Gate(bridge.verifier(AUDIENCE), url=url), bridge.token(AUDIENCE, cnf=holder.cnf)

    def let_in(htu: str, path: str) -> bool:
        try:
            gate.admit(Request("GET", path, (f"DPoP {token}",), (holder.proof("GET", htu, token),)))
        except OAuthError:
            return False
        return True

    assert let_in("HTTPS://Risk.Example.com:443/a%7Eb", "/a~b")
    assert let_in(f"{url}/a%c3%a9?page=2", "/a%C3%A9")
    assert not let_in(f"{url}/a/b", "/a%2Fb")
    assert not let_in(f"{url}/a", "/a/")


# Certificates


def test_a_certificate_comes_in_the_header_that_the_proxy_before_it_writes(bridge: OwnBridge) -> None:
    pem = authority("holder").pem
    token = bridge.token(AUDIENCE, cnf={"x5t#S256": certificate_thumbprint(pem)})
    der = "".join(line for line in pem.splitlines() if "-" not in line)
    gate = Gate(bridge.verifier(AUDIENCE), certificate_header="client-cert")
    for value in (f":{der}:", quote(pem), f'Hash=ab;Cert="{quote(pem)}";Subject=""'):
        assert gate.admit(Request("GET", "/", (f"Bearer {token}",), certificate_header=(value,))).is_bound
    others = (":e30=:", quote(authority("thief").pem), f'Cert="{quote(pem)}",Cert="{quote(pem)}"', "junk", ":*:")
    for value in others:
        with pytest.raises(OAuthError):
            gate.admit(Request("GET", "/", (f"Bearer {token}",), certificate_header=(value,)))
    with pytest.raises(OAuthError):
        gate.admit(Request("GET", "/", (f"Bearer {token}",), certificate_header=(quote(pem), quote(pem))))


def test_a_header_that_nobody_was_told_to_believe_is_not_believed(bridge: OwnBridge) -> None:
    """Whoever reaches the service directly writes any header that they like."""
    pem = authority("holder").pem
    token = bridge.token(AUDIENCE, cnf={"x5t#S256": certificate_thumbprint(pem)})
    headers = [(b"authorization", f"Bearer {token}".encode()), (b"client-cert", quote(pem).encode())]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers}
    believing, other = (
        Gate(bridge.verifier(AUDIENCE), certificate_header="Client-Cert"),
        Gate(bridge.verifier(AUDIENCE)),
    )
    assert believing.admit(asgi.read_request(scope, believing.certificate_header)).is_bound
    with pytest.raises(OAuthError):
        other.admit(asgi.read_request(scope, other.certificate_header))


def test_a_certificate_of_the_connection_is_seen_where_the_server_shows_it(bridge: OwnBridge) -> None:
    pem = authority("holder").pem
    token = bridge.token(AUDIENCE, scope=SCOPE, cnf={"x5t#S256": certificate_thumbprint(pem)})
    shown = {"authentication": {"clientCert": {"clientCertPem": pem}}}
    authorizer = lambdas.authorizer(bridge)
    assert authorizer(local_api.http_api_event(bearer(token), **shown))["isAuthorized"]
    assert not authorizer(local_api.http_api_event(bearer(token)))["isAuthorized"]
    tls = {"tls": {"client_cert_chain": [pem]}}
    headers = [(b"authorization", f"Bearer {token}".encode())]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": headers, "extensions": tls}
    assert Gate(bridge.verifier(AUDIENCE)).admit(asgi.read_request(scope)).is_bound


@pytest.mark.parametrize("path", ["/a b", "/caf\u00e9", "/a~b", "/a%2Fb"])
def test_lambda_sees_paths_unescaped_and_takes_the_proof_all_the_same(bridge: OwnBridge, path: str) -> None:
    """API Gateway hands over what it has unescaped; a load balancer what was sent."""
    holder = bridge.holder()
    token = bridge.token(AUDIENCE, scope=SCOPE, cnf=holder.cnf)
    sent = quote(path, "/%")
    shown = {"authorization": f"DPoP {token}", "dpop": holder.proof("GET", lambdas.ORIGIN + sent, token)}
    event = local_api.http_api_event(shown) | {"rawPath": path}
    assert lambdas.authorizer(bridge)(event)["isAuthorized"]
    other = local_api.http_api_event(shown) | {"rawPath": path + "/"}
    assert not lambdas.authorizer(bridge)(other)["isAuthorized"]


# Certificates of a real TLS connection


@pytest.fixture(scope="module")
def server() -> CertifiedKey:
    return new_identity()


@pytest.fixture(scope="module")
def device() -> CertifiedKey:
    return device_identity("device-7")


def test_grpc_takes_the_certificate_of_the_channel(
    bridge: OwnBridge, server: CertifiedKey, device: CertifiedKey
) -> None:
    keys = [(server.private_key.encode(), server.certificate.encode())]
    secured = grpc.ssl_server_credentials(keys, device.authority.encode(), require_client_auth=True)
    door = BridgeInterceptor(bridge.verifier(AUDIENCE), {grpc_services.METHOD: SCOPE})
    running = grpc.server(ThreadPoolExecutor(2), interceptors=[door])
    score = grpc.unary_unary_rpc_method_handler(lambda _, __: b"scored")
    running.add_generic_rpc_handlers([grpc.method_handlers_generic_handler("risk.Engine", {"Score": score})])
    port = running.add_secure_port("127.0.0.1:0", secured)
    running.start()
    theirs = (server.authority.encode(), device.private_key.encode(), device.certificate.encode())
    with grpc.secure_channel(f"127.0.0.1:{port}", grpc.ssl_channel_credentials(*theirs)) as channel:
        call = channel.unary_unary(grpc_services.METHOD)
        for certificate, code in ((device.certificate, None), (authority("thief").pem, "UNAUTHENTICATED")):
            token = bridge.token(AUDIENCE, scope=SCOPE, cnf={"x5t#S256": certificate_thumbprint(certificate)})
            assert _code(call, bearer(token)) == code
    running.stop(None).wait()


def _code(call: Any, headers: dict[str, str]) -> str | None:  # noqa: ANN401  (grpcio has no types)
    try:
        call(b"?", metadata=tuple(headers.items()), timeout=30)
    except grpc.RpcError as refused:
        return str(refused.code().name)
    return None


def test_wsgi_takes_the_certificate_that_the_server_saw(
    bridge: OwnBridge, server: CertifiedKey, device: CertifiedKey, tmp_path: Path
) -> None:
    files = {name: tmp_path / name for name in ("authority", "certificate", "private_key", "clients")}
    for name, text in (("authority", server.authority), ("certificate", server.certificate)):
        files[name].write_text(text)
    files["private_key"].write_text(server.private_key)
    files["clients"].write_text(device.authority)
    theirs = tmp_path / "device"
    theirs.write_text(device.certificate + device.private_key)

    def scores(environ: dict[str, Any], start_response: Any) -> list[bytes]:  # noqa: ANN401
        start_response("200 OK", [("content-type", "text/plain")])
        return [environ[wsgi.CLAIMS].principal.encode()]

    running = Server(("127.0.0.1", 0), wsgi.BridgeMiddleware(scores, bridge.verifier(AUDIENCE), scope=SCOPE))
    running.ssl_adapter = BuiltinSSLAdapter(*(str(files[name]) for name in ("certificate", "private_key", "clients")))
    running.ssl_adapter.context.verify_mode = ssl.CERT_REQUIRED
    running.prepare()
    Thread(target=running.serve, daemon=True).start()
    trusted = ssl.create_default_context(cafile=str(files["authority"]))
    trusted.load_cert_chain(theirs)
    with httpx.Client(verify=trusted) as client:
        for certificate, status in ((device.certificate, 200), (authority("thief").pem, 401)):
            token = bridge.token(AUDIENCE, scope=SCOPE, cnf={"x5t#S256": certificate_thumbprint(certificate)})
            url = f"https://127.0.0.1:{running.bind_addr[1]}{PATH}"
            assert client.get(url, headers=bearer(token)).status_code == status
    running.stop()
