"""The one HTTP client: every failure is an OSError, nothing hangs, and nothing goes where it was not sent."""

import gzip
import os
import socket
import subprocess
import sys

import pytest

from federation.client.http import MAX_ANSWER, Disconnected, NotHttp, may_receive_token, send
from tests.support.fake_bridge import Reply, fake_bridge
from tests.support.raw_server import saying

HEAD = b"HTTP/1.1 200 OK\r\n"
SHORT = 0.3
"""Seconds that a test waits for what never ends; how long it took in the end is nobody's promise."""


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"", b"H"),
        (HEAD, b"x-drip: 1\r\n"),
        (HEAD + b"content-length: 999999\r\n\r\n", b"x"),
        (HEAD + b"transfer-encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
)
def test_an_answer_that_drips_for_ever_ends_in_time(head: bytes, drop: bytes) -> None:
    with saying(head, every=0.02, for_ever=drop) as url, pytest.raises(OSError):  # noqa: PT011 (which one is up to where it is)
        send(url, "GET", timeout=SHORT)


def test_an_answer_that_never_comes_is_a_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(TimeoutError):
        send(f"http://127.0.0.1:{listener.getsockname()[1]}", "GET", timeout=SHORT)


def test_where_nobody_listens_the_connection_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(ConnectionRefusedError):
        send(url, "GET")


LYING = HEAD + b"content-length: 9\r\n\r\nx"


@pytest.mark.parametrize("said", [b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", LYING])
def test_what_does_not_speak_http_or_stops_in_the_middle_is_told(said: bytes) -> None:
    with saying(said) as url, pytest.raises(NotHttp):
        send(url, "GET")


def test_a_connection_that_closes_without_a_word_is_told_apart() -> None:
    with saying(b"") as url, pytest.raises(Disconnected):
        send(url, "GET")


def test_more_than_any_bridge_says_is_not_read() -> None:
    with saying(HEAD + b"\r\n", for_ever=b"x" * 1_000_000) as url, pytest.raises(OSError, match="too long"):
        send(url, "GET")


def test_nothing_is_unpacked() -> None:
    with fake_bridge() as bridge:
        packed = gzip.compress(b"0" * (MAX_ANSWER + 1))
        bridge.on("GET", "/", Reply(packed, headers={"content-encoding": "gzip"}))
        assert send(bridge.url, "GET").body == packed
        assert bridge.asked[-1].headers["accept-encoding"] == "identity"


def test_a_redirect_is_an_answer_like_any_other() -> None:
    with fake_bridge() as bridge:
        bridge.on("GET", "/a", Reply(status=307, headers={"location": f"{bridge.url}/b"}))
        assert send(f"{bridge.url}/a", "GET", headers={"authorization": "Bearer x"}).status == 307
        assert [asked.path for asked in bridge.asked] == ["/a"]


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_what_goes_to_this_machine_in_the_clear_goes_through_no_proxy(name: str) -> None:
    """In a process of its own: the environment is the process's."""
    with fake_bridge() as proxy, fake_bridge() as bridge:
        bridge.on("GET", "/here", Reply({"ok": True}))
        script = f"from federation.client.http import send; print(send('{bridge.url}/here', 'GET').status)"
        environment = {**os.environ, name: proxy.url, "NO_PROXY": "", "no_proxy": ""}
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
        )
        assert (done.stdout, proxy.asked) == ("200\n", [])


@pytest.mark.parametrize(
    "url",
    ["http://federation.example.com", "https://a@b.example", "https://x.example?y", "ftp://127.0.0.1", "https://", ""],
)
def test_no_token_may_go_there(url: str) -> None:
    assert not may_receive_token(url)


@pytest.mark.parametrize("header", ["a\nb", "é", "a\x00"])
def test_a_header_that_cannot_be_written_is_an_error_without_its_value(header: str) -> None:
    with pytest.raises(OSError) as caught:  # noqa: PT011
        send("http://127.0.0.1:9", "GET", headers={"authorization": f"Bearer secret-{header}"})
    assert "secret" not in str(caught.value)
