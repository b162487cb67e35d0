import json
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from federation.ports import FetchFailed
from federation.version import VERSION
from federation.web.authorities import system_trust
from federation.web.connection import Connector
from federation.web.fetcher import WebFetcher
from tests.support.eventually import HANGS
from tests.support.issuer_server import IssuerServer, answer, document, issuer_server, raw, silence
from tests.support.issuer_tls import ThrowAwayAuthority

HOST = "idp.example.com"
KEYS: dict[str, list[str]] = {"keys": []}


class Rerouted:
    """Connects to a server on loopback in place of an address on the internet, and remembers which that was."""

    def __init__(self, server: IssuerServer, *dead: str) -> None:
        self._server, self._dead = server, dead
        self.tried: list[tuple[str, int]] = []

    def __call__(self, address: tuple[str, int], seconds: float) -> socket.socket:
        self.tried.append(address)
        if address[0] in self._dead:
            raise TimeoutError
        return socket.create_connection(("127.0.0.1", self._server.port), seconds)


@pytest.fixture
def authority() -> ThrowAwayAuthority:
    return ThrowAwayAuthority()


@pytest.fixture
def secure(authority: ThrowAwayAuthority, tmp_path: Path) -> Iterator[IssuerServer]:
    with issuer_server(authority.server_context(HOST, tmp_path)) as server:
        server.routes["/jwks.json"] = document(KEYS)
        yield server


def fetcher(server: IssuerServer, authority: ThrowAwayAuthority, *addresses: str) -> tuple[WebFetcher, Rerouted]:
    connect, context = Rerouted(server, "9.9.9.9"), authority.client_context()
    found = addresses or ("8.8.8.8",)
    return WebFetcher(connector=Connector(lambda _host, _port: found, connect, lambda: context)), connect


def test_a_document_is_fetched_over_tls(secure: IssuerServer, authority: ThrowAwayAuthority) -> None:
    web, connect = fetcher(secure, authority)
    assert json.loads(web.fetch(f"https://{HOST}/jwks.json")) == KEYS
    assert connect.tried == [("8.8.8.8", 443)]


def test_the_port_is_the_one_of_the_url(secure: IssuerServer, authority: ThrowAwayAuthority) -> None:
    web, connect = fetcher(secure, authority)
    web.fetch(f"https://{HOST}:8443/jwks.json")
    assert connect.tried == [("8.8.8.8", 8443)]
    assert secure.heads[0]["host"] == f"{HOST}:8443"


def test_the_request_says_who_asks_and_takes_no_compression(
    secure: IssuerServer, authority: ThrowAwayAuthority
) -> None:
    web, _ = fetcher(secure, authority)
    secure.routes["/jwks.json?p=policy"] = document(KEYS)
    web.fetch(f"https://{HOST}/jwks.json?p=policy")
    assert secure.heads == [
        {
            "host": HOST,
            "accept": "application/json",
            "accept-encoding": "identity",
            "user-agent": f"federation-bridge/{VERSION}",
            "connection": "close",
        }
    ]


def test_another_address_is_tried_when_the_first_is_dead(secure: IssuerServer, authority: ThrowAwayAuthority) -> None:
    web, connect = fetcher(secure, authority, "9.9.9.9", "8.8.8.8")
    assert json.loads(web.fetch(f"https://{HOST}/jwks.json")) == KEYS
    assert connect.tried == [("9.9.9.9", 443), ("8.8.8.8", 443)]


def test_a_certificate_for_another_name_is_refused(secure: IssuerServer, authority: ThrowAwayAuthority) -> None:
    web, _ = fetcher(secure, authority)
    with pytest.raises(FetchFailed, match="SSLCertVerificationError"):
        web.fetch("https://other.example.com/jwks.json")
    assert secure.asked == []


def test_a_certificate_of_a_stranger_is_refused(secure: IssuerServer) -> None:
    web, _ = fetcher(secure, ThrowAwayAuthority())
    with pytest.raises(FetchFailed, match="SSLCertVerificationError"):
        web.fetch(f"https://{HOST}/jwks.json")
    assert secure.asked == []


def test_a_certificate_that_has_ended_is_refused(authority: ThrowAwayAuthority, tmp_path: Path) -> None:
    context = authority.server_context(HOST, tmp_path, ends_in=timedelta(hours=-1))
    with issuer_server(context) as server:
        web, _ = fetcher(server, authority)
        with pytest.raises(FetchFailed, match="SSLCertVerificationError"):
            web.fetch(f"https://{HOST}/jwks.json")


def test_https_is_never_answered_in_the_clear(authority: ThrowAwayAuthority) -> None:
    with issuer_server() as server:
        web, _ = fetcher(server, authority)
        with pytest.raises(FetchFailed, match="SSL"):
            web.fetch(f"https://{HOST}/jwks.json")
        assert server.asked == []


def test_the_systems_trust_verifies_names_and_is_loaded_once() -> None:
    assert system_trust().check_hostname
    assert system_trust() is system_trust()


def test_a_chunked_answer_is_read() -> None:
    with issuer_server() as server:
        server.routes["/"] = raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n")
        assert WebFetcher(loopback=True, total=HANGS).fetch(server.url) == b"{}"


@pytest.mark.parametrize("content_type", ["application/json", "application/jwk-set+json", "text/plain", "", "*/*"])
def test_any_content_type_but_html_is_taken(content_type: str) -> None:
    with issuer_server() as server:
        server.routes["/"] = answer(b"{}", content_type=content_type)
        assert WebFetcher(loopback=True, total=HANGS).fetch(server.url) == b"{}"


def test_a_failure_says_neither_url_nor_answer() -> None:
    with issuer_server() as server:
        server.routes["/canary"] = answer(b"canary", 418)
        with pytest.raises(FetchFailed) as failed:
            WebFetcher(loopback=True, total=HANGS).fetch(f"{server.url}/canary")
    assert str(failed.value) == "status 418"


def test_a_port_where_nobody_listens_is_a_failure() -> None:
    with issuer_server() as server:
        url = server.url
    with pytest.raises(FetchFailed, match="ConnectionRefusedError"):
        WebFetcher(loopback=True, total=HANGS).fetch(url)


def test_a_name_server_that_says_nothing_is_left_in_time() -> None:
    answered = Event()

    def resolve(_host: str, _port: int) -> tuple[str, ...]:
        answered.wait(HANGS)
        return ("8.8.8.8",)

    with pytest.raises(FetchFailed, match="TimeoutError"):
        WebFetcher(connector=Connector(resolve=resolve), total=0.1).fetch(f"https://{HOST}/")
    answered.set()


def test_a_server_that_says_nothing_is_left_in_time() -> None:
    with issuer_server() as server:
        server.routes["/"] = silence
        with pytest.raises(FetchFailed, match="TimeoutError"):
            WebFetcher(loopback=True, total=0.2).fetch(server.url)
