"""A, B, M and Q at a service that verifies offline: lists that are older, missing or slow, and clocks that go back."""

from http.server import BaseHTTPRequestHandler

import pytest

from federation.model.status_list import SPAN, list_path
from federation.oauth.errors import InvalidToken, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.resource_server.fetch import TIMEOUT, fetch
from federation.resource_server.published import COOL_DOWN
from federation.status.publication import TTL
from tests.support.issued_world import USUAL
from tests.support.loopback_server import LoopbackServer, running
from tests.support.verifying_service import Service

LIST = list_path(USUAL.expires_at // SPAN)


@pytest.fixture
def service() -> Service:
    return Service()


def revoke(service: Service, token: str) -> None:
    service.world.revoke(token)
    service.world.status.run()


@pytest.mark.parametrize("older", [0, 1], ids=["of the same second", "a second older"])
def test_M10_a_list_that_is_no_newer_takes_nothing_back(service: Service, older: int) -> None:
    token = service.world.token()
    service.world.clock.advance(older)
    before = service.world.publisher.documents[LIST]
    revoke(service, token)
    assert service.refusal(token).reason is Reason.TOKEN_REVOKED
    service.world.publisher.documents[LIST] = before  # by a cache that is behind, or by somebody in between
    for _ in range(2):
        service.world.clock.advance(TTL)
        assert service.refusal(token).reason is Reason.TOKEN_REVOKED
    assert service.fetched.count(LIST) == 3


def test_M10_what_is_revoked_elsewhere_meanwhile_is_learnt_all_the_same(service: Service) -> None:
    first, second = service.world.token(), service.world.token(jti="second")
    revoke(service, first)
    service.refusal(first)
    revoke(service, second)  # in the same second, so the list's `iat` is that of the one at hand
    service.world.clock.advance(TTL)
    for token in (first, second):
        assert service.refusal(token).reason is Reason.TOKEN_REVOKED


def test_M12_a_clock_that_was_set_back_makes_no_list_fresh(service: Service) -> None:
    token = service.world.token()
    service.world.clock.advance(TTL)
    service.accepts(token)
    service.world.clock.advance(-1)
    service.down = True
    refusal = service.refusal(token)
    assert (type(refusal), refusal.reason) == (TemporarilyUnavailable, Reason.STATUS_UNAVAILABLE)


@pytest.mark.parametrize("max_stale", [0.0, 60.0])
def test_Q5_while_a_list_cannot_be_had_nobody_waits_for_it_in_turn(service: Service, max_stale: float) -> None:
    """A look that fails may take two seconds, in which every other request stands behind it."""
    service = Service(max_stale=max_stale)
    token, answer = service.world.token(), service.accepts if max_stale else service.refusal
    service.accepts(token)
    service.world.clock.advance(TTL)
    service.slow = TIMEOUT
    service.down = True
    for _ in range(10):
        answer(token)
    assert service.fetched.count(LIST) == 2
    service.world.clock.advance(COOL_DOWN)
    service.down = False
    service.accepts(token)


@pytest.mark.parametrize("text", ["\ud800.e30.AA", "\ud800"])
def test_A9_text_that_has_no_utf_8_is_no_token(service: Service, text: str) -> None:
    assert isinstance(service.refusal(text), InvalidToken)


class _Drips(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """A byte at a time, each soon enough for whoever waits for a byte alone."""
        server = self.server
        assert isinstance(server, LoopbackServer)
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\nX: "
        told = head if self.path == "/header" else head + b"\r\n\r\n"
        try:
            self.wfile.write(told)
            while not server.closing.wait(0.2):
                self.wfile.write(b"x")
        except OSError:
            return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - name of http.server
        """Nothing is logged."""


@pytest.mark.parametrize("part", ["header", "body"])
def test_B9_an_answer_that_drips_is_not_waited_for(part: str) -> None:
    with running(LoopbackServer(_Drips), None) as server, pytest.raises(OSError, match=r"^(too long)?$"):
        fetch(f"{server.url}/{part}")
