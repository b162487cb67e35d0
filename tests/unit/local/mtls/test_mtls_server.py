"""The HTTPS server: what arrives, who connected, and clean ends."""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from federation.local.gateway import MAX_BODY
from federation.local.mtls.identity import new_identity
from federation.local.mtls.server import MutualTlsServer
from federation.local.requests import GatewayRequest, GatewayResponse
from federation.local.server import LOOPBACK
from tests.support.accepted_socket import sends_at_once
from tests.support.eventually import HANGS


def mirror(request: GatewayRequest) -> GatewayResponse:
    lines = [request.method, request.path, request.query, request.header("x-pair"), request.body.hex(), request.scheme]
    lines += ["" if request.client_certificate is None else "certificate", request.source_ip, request.protocol]
    return GatewayResponse(200, "\n".join(lines).encode(), (("content-type", "text/plain"), ("x-own", "kept")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    identity = new_identity()
    (tmp_path / "ca.pem").write_text(identity.authority)
    (tmp_path / "server.pem").write_text(identity.private_key + identity.certificate)
    return tmp_path


@contextmanager
def serving(folder: Path) -> Iterator[MutualTlsServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    with MutualTlsServer(mirror, lambda: context) as server:
        yield server


def connect(server: MutualTlsServer, folder: Path, host: str = LOOPBACK) -> http.client.HTTPSConnection:
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    return http.client.HTTPSConnection(host, port_of(server), timeout=HANGS, context=context)


def port_of(server: MutualTlsServer) -> int:
    return int(server.url.rpartition(":")[2])


def test_a_request_arrives_as_it_was_sent(folder: Path) -> None:
    with serving(folder) as server:
        connection = connect(server, folder)
        connection.putrequest("POST", "/a%20b?c=%31")
        for name, value in (("X-Pair", "one"), ("x-pair", "two"), ("Content-Length", "2")):
            connection.putheader(name, value)
        connection.endheaders(b"\x00\xff")
        answer = connection.getresponse()
        expected = ["POST", "/a%20b", "c=%31", "one,two", "00ff", "https", "", LOOPBACK, "HTTP/1.1"]
        assert answer.read().decode().split("\n") == expected
        assert answer.headers["x-own"] == "kept"
        connection.close()


def test_an_answer_on_a_kept_connection_is_sent_at_once(folder: Path) -> None:
    with serving(folder) as server:
        connection = connect(server, folder)
        connection.request("GET", "/")
        connection.getresponse().read()
        assert sends_at_once(connection.sock)
        connection.close()


@pytest.mark.parametrize("host", [LOOPBACK, "localhost"])
def test_its_certificate_is_for_this_machine_and_verifies(folder: Path, host: str) -> None:
    with serving(folder) as server:
        connection = connect(server, folder, host)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        connection.close()


def test_a_client_that_does_not_know_its_authority_refuses_it(folder: Path) -> None:
    with serving(folder) as server:
        connection = http.client.HTTPSConnection(LOOPBACK, port_of(server), timeout=HANGS)
        with pytest.raises(ssl.SSLCertVerificationError):
            connection.request("GET", "/")
        connection.close()


def test_a_head_request_gets_no_body(folder: Path) -> None:
    with serving(folder) as server:
        connection = connect(server, folder)
        connection.request("HEAD", "/")
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"")
        connection.close()


@pytest.mark.parametrize("line", [b"no colon", b" folded: x", b"name : x", b"\tx: y"])
def test_a_head_that_two_readers_could_read_differently_is_refused(folder: Path, line: bytes) -> None:
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    with (
        serving(folder) as server,
        socket.create_connection((LOOPBACK, port_of(server)), timeout=HANGS) as plain,
        context.wrap_socket(plain, server_hostname=LOOPBACK) as secured,
    ):
        secured.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" + line + b"\r\n\r\n")
        assert secured.recv(100).startswith(b"HTTP/1.1 400 ")


def test_a_body_above_the_gateways_limit_is_refused(folder: Path) -> None:
    with serving(folder) as server:
        connection = connect(server, folder)
        connection.putrequest("POST", "/")
        connection.putheader("Content-Length", str(MAX_BODY + 2))
        connection.endheaders()
        assert connection.getresponse().status == 413
        connection.close()


def test_who_speaks_no_tls_is_hung_up_on_and_the_next_one_answered(folder: Path) -> None:
    with serving(folder) as server:
        plain = http.client.HTTPConnection(LOOPBACK, port_of(server), timeout=HANGS)
        plain.connect()
        with pytest.raises((OSError, http.client.HTTPException)):
            _get(plain)
        plain.close()
        connection = connect(server, folder)
        connection.request("GET", "/")
        assert connection.getresponse().status == 200
        connection.close()


def _get(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/")
    connection.getresponse()


def test_it_listens_on_loopback_alone_and_leaving_closes_the_socket(folder: Path) -> None:
    with serving(folder) as server:
        port = port_of(server)
        assert server.url == f"https://{LOOPBACK}:{port}"
    assert not [thread for thread in threading.enumerate() if thread.name == "mtls"]
    with socket.socket() as probe:
        assert probe.connect_ex((LOOPBACK, port)) != 0
