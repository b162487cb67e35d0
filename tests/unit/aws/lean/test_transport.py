"""Over real sockets: what is kept, what is opened anew, and what is no answer."""

import socket
import ssl

import pytest

from federation.aws.errors import AwsUnreachable
from federation.aws.lean.transport import Place, SocketTransport, StaleConnection
from tests.support.scripted_server import http, scripted_server

HEAD = b"POST / HTTP/1.1\r\nhost: h\r\n\r\n"
SHORT = 0.2


def no_trust() -> ssl.SSLContext:
    raise AssertionError("nothing here is asked over TLS")


def transport_to(port: int) -> SocketTransport:
    return SocketTransport(Place("127.0.0.1", port, secure=False), no_trust, SHORT, SHORT)


def ask(transport: SocketTransport) -> bytes:
    return transport.send(HEAD, b"{}")().body


def test_a_connection_that_answered_is_used_again() -> None:
    with scripted_server([http(b"one"), http(b"two")]) as server:
        transport = transport_to(server.port)
        assert [ask(transport), ask(transport)] == [b"one", b"two"]
        assert [len(seen) for seen in server.requests] == [2]


def test_calls_that_are_under_way_at_once_have_a_connection_each() -> None:
    with scripted_server([http(b"one")], [http(b"two")]) as server:
        transport = transport_to(server.port)
        # The server plays one connection after the other: the second answers once the first is closed.
        first, second = transport.send(HEAD, b"{}"), transport.send(HEAD, b"{}")
        assert (first().body, second().body) == (b"one", b"two")


def test_a_connection_that_was_closed_while_it_rested_is_not_used() -> None:
    with scripted_server([http(b"one")], [http(b"two")]) as server:
        transport = transport_to(server.port)
        assert ask(transport) == b"one"
        assert server.closed.acquire(timeout=5)
        assert ask(transport) == b"two"
        assert len(server.requests) == 2


def test_a_connection_that_is_closed_as_it_is_used_again_is_stale_and_so_are_its_like() -> None:
    with scripted_server([http(b"one"), None], [http(b"two")]) as server:
        transport = transport_to(server.port)
        assert ask(transport) == b"one"
        with pytest.raises(StaleConnection):
            ask(transport)
        assert ask(transport) == b"two"


def test_a_new_connection_that_is_closed_is_not_stale() -> None:
    with scripted_server([None]) as server:
        with pytest.raises(AwsUnreachable) as lost:
            ask(transport_to(server.port))
        assert not isinstance(lost.value, StaleConnection)


@pytest.mark.parametrize("header", ["Connection: close", "connection: Close"])
def test_a_connection_that_the_other_side_will_close_is_not_kept(header: str) -> None:
    with scripted_server([http(b"one", 200, header)], [http(b"two")]) as server:
        transport = transport_to(server.port)
        assert [ask(transport), ask(transport)] == [b"one", b"two"]


def test_what_comes_unasked_behind_an_answer_is_no_answer_to_the_next() -> None:
    with scripted_server([http(b"one") + http(b"smuggled")], [http(b"two")]) as server:
        transport = transport_to(server.port)
        assert [ask(transport), ask(transport)] == [b"one", b"two"]


def test_an_answer_that_does_not_come_is_given_up() -> None:
    with scripted_server([b""], [http(b"two")]) as server, pytest.raises(AwsUnreachable, match=r"TimeoutError|Closed"):
        ask(transport_to(server.port))


def test_an_answer_in_many_pieces_has_no_more_time_than_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        transport = transport_to(listener.getsockname()[1])
        pending = transport.send(HEAD, b"{}")
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab")
            with pytest.raises(AwsUnreachable, match="TimeoutError"):
                pending()


def test_nobody_at_the_address_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(AwsUnreachable, match="ConnectionRefusedError"):
        ask(transport_to(port))


def test_a_large_answer_is_read_whole() -> None:
    body = bytes(range(256)) * 40_000
    with scripted_server([http(body)]) as server:
        place = Place("127.0.0.1", server.port, secure=False)
        assert SocketTransport(place, no_trust, 5, 5).send(HEAD, b"{}")().body == body


@pytest.mark.parametrize(
    ("place", "authority"),
    [
        (Place("dynamodb.eu-west-1.amazonaws.com", 443, secure=True), "dynamodb.eu-west-1.amazonaws.com"),
        (Place("127.0.0.1", 4566, secure=False), "127.0.0.1:4566"),
        (Place("h", 80, secure=True), "h:80"),
    ],
)
def test_the_port_is_named_unless_it_is_the_usual_one(place: Place, authority: str) -> None:
    assert place.authority == authority
