"""The adapter that asks AWS STS: the same limits as every fetch, whatever is on the other side."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from federation.ports import CallerIdentityRequest, FetchFailed
from federation.web.caller_identities import StsCallerIdentities
from federation.web.connection import Connector
from tests.support.eventually import HANGS
from tests.support.fake_clock import FixedClock
from tests.support.sts_server import StsServer, reply, silence, sts_as_aws, sts_server
from tests.support.sts_service import StsService

BODY = b"Action=GetCallerIdentity&Version=2011-06-15"
AWS = "https://sts.us-east-1.amazonaws.com"


def request(endpoint: str = AWS, **headers: str) -> CallerIdentityRequest:
    return CallerIdentityRequest(endpoint, tuple(headers.items()), BODY)


@pytest.fixture
def server() -> Iterator[StsServer]:
    with sts_server(StsService(FixedClock())) as server:
        yield server


def ask(server: StsServer, total: float = HANGS) -> tuple[int, str, bytes]:
    answer = StsCallerIdentities(loopback=True, total=total).ask(request(server.url))
    return answer.status, answer.content_type, answer.body


def test_the_request_is_posted_as_it_was_written(tmp_path: Path) -> None:
    with sts_as_aws(StsService(FixedClock()), tmp_path) as (server, connector):
        StsCallerIdentities(connector=connector, total=HANGS).ask(request(authorization="AWS4-HMAC-SHA256 x"))
    [(method, target, headers, body)] = server.asked
    assert (method, target, body.encode()) == ("POST", "/", BODY)
    assert (headers["host"], headers["content-length"]) == ("sts.us-east-1.amazonaws.com", "43")
    assert (headers["authorization"], headers["accept"]) == ("AWS4-HMAC-SHA256 x", "text/xml")


@pytest.mark.parametrize("status", [200, 301, 302, 307, 400, 403, 429, 500, 503])
def test_an_answer_of_any_status_is_handed_over_and_no_redirect_is_followed(server: StsServer, status: int) -> None:
    server.behaviour = reply(b"said", status, location=f"{server.url}/elsewhere")
    assert ask(server) == (status, "text/xml", b"said")
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("behaviour", "total", "why"),
    [
        (reply(bytes(256 * 1024 + 1)), HANGS, "above 256 KiB"),
        (reply(b"x", content_encoding="gzip"), HANGS, "compressed"),
        (silence, 0.3, "TimeoutError"),
    ],
)
def test_beyond_the_limits_there_is_no_answer(server: StsServer, behaviour: object, total: float, why: str) -> None:
    server.behaviour = behaviour  # type: ignore[assignment]
    with pytest.raises(FetchFailed, match=why):
        ask(server, total)


def test_this_machine_is_asked_only_where_that_is_allowed(server: StsServer) -> None:
    with pytest.raises(FetchFailed, match="not https"):
        StsCallerIdentities().ask(request(server.url))
    assert server.asked == []


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1"])
def test_an_address_that_is_not_on_the_open_internet_is_not_connected_to(address: str) -> None:
    def connect(_address: tuple[str, int], _seconds: float) -> socket.socket:
        raise AssertionError(_address)

    callers = StsCallerIdentities(connector=Connector(lambda _host, _port: (address,), connect))
    with pytest.raises(FetchFailed, match="open internet"):
        callers.ask(request())


def test_another_hosts_certificate_is_refused(tmp_path: Path) -> None:
    with sts_as_aws(StsService(FixedClock()), tmp_path, "sts.eu-west-1.amazonaws.com") as (server, connector):
        with pytest.raises(FetchFailed, match="SSLCertVerificationError"):
            StsCallerIdentities(connector=connector).ask(request())
        assert server.asked == []


@pytest.mark.parametrize("value", ["a\r\nHost: evil.example.net", "a\nb", "a\rb"])
def test_a_header_that_would_be_two_is_never_sent(server: StsServer, value: str) -> None:
    with pytest.raises(FetchFailed, match="two lines"):
        StsCallerIdentities(loopback=True).ask(request(server.url, authorization=value))
    assert server.asked == []


def test_a_header_beyond_ascii_is_never_sent(server: StsServer) -> None:
    with pytest.raises(FetchFailed, match="UnicodeEncodeError"):
        StsCallerIdentities(loopback=True).ask(request(server.url, authorization="é"))
    assert server.asked == []


def test_a_request_shows_no_signature() -> None:
    assert "secret" not in repr(request(authorization="secret"))
