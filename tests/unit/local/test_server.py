"""The HTTP server: loopback alone, real sockets, clean ends."""

import http.client
import socket
import threading

import pytest

from federation.local.requests import GatewayRequest, GatewayResponse
from federation.local.server import LOOPBACK, PortTaken, Server, listen, url_of
from tests.support.accepted_socket import sends_at_once
from tests.support.eventually import HANGS


def mirror(request: GatewayRequest) -> GatewayResponse:
    lines = [request.method, request.path, request.query, request.header("x-pair"), request.body.hex()]
    return GatewayResponse(200, "\n".join(lines).encode(), (("content-type", "text/plain"),))


def connect(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(LOOPBACK, int(server.url.rpartition(":")[2]), timeout=HANGS)


def test_a_request_arrives_as_it_was_sent() -> None:
    with Server(listen(0), mirror) as server:
        connection = connect(server)
        connection.putrequest("POST", "/a%20b?c=%31")
        connection.putheader("X-Pair", "one")
        connection.putheader("x-pair", "two")
        connection.putheader("Content-Length", "2")
        connection.endheaders(b"\x00\xff")
        answer = connection.getresponse()
        assert answer.read().decode().split("\n") == ["POST", "/a%20b", "c=%31", "one,two", "00ff"]
        connection.close()


def test_a_head_request_gets_no_body() -> None:
    with Server(listen(0), mirror) as server:
        connection = connect(server)
        connection.request("HEAD", "/")
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"")
        connection.close()


def test_an_answer_on_a_kept_connection_is_sent_at_once() -> None:
    with Server(listen(0), mirror) as server:
        connection = connect(server)
        connection.request("GET", "/")
        connection.getresponse().read()
        assert sends_at_once(connection.sock)
        connection.close()


def test_it_listens_on_loopback_alone() -> None:
    with listen(0) as listener:
        assert listener.getsockname()[0] == LOOPBACK
        assert url_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_port_that_is_taken_is_said_so() -> None:
    with listen(0) as listener, pytest.raises(PortTaken, match=f"port {listener.getsockname()[1]} "):
        listen(listener.getsockname()[1])


def test_leaving_closes_the_socket_and_ends_the_threads() -> None:
    before = set(threading.enumerate())
    before = set(threading.enumerate())
    with Server(listen(0), mirror) as server:
        port = int(server.url.rpartition(":")[2])
        connection = connect(server)
        connection.request("GET", "/")
        connection.getresponse().read()
        connection.close()
    left = set(threading.enumerate()) - before
    assert not [thread for thread in left if thread.name.startswith(("server", "gateway"))]
    with socket.socket() as probe:
        assert probe.connect_ex((LOOPBACK, port)) != 0
