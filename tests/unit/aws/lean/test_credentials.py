import json
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from federation.aws.errors import AwsError, AwsUnreachable, AwsUnusable
from federation.aws.lean.credentials import (
    EARLY,
    SPACING,
    GivenCredentials,
    NoCredentials,
    RefreshedCredentials,
    read_document,
)
from federation.aws.lean.credentials_endpoint import container_credentials
from federation.aws.lean.services import credential_source
from federation.aws.lean.signing import Credentials
from tests.support.scripted_server import http, scripted_server

NOW = 1_800_000_000.0
DOCUMENT = {"AccessKeyId": "AKID", "SecretAccessKey": "s3cr3t", "Token": "t0k3n", "Expiration": "2027-01-15T09:00:00Z"}


class Source:
    """What a fetch finds. `expires_in`: seconds; `failing`: the endpoint does not answer."""

    def __init__(self, expires_in: float = 3600) -> None:
        self.at = NOW
        self.expires_in = expires_in
        self.failing = False
        self.fetches = 0

    def fetch(self) -> Credentials:
        self.fetches += 1
        if self.failing:
            raise AwsUnreachable("TimeoutError")
        return Credentials(f"KEY{self.fetches}", "s", "t", self.at + self.expires_in)

    def now(self) -> float:
        return self.at


def refreshed(source: Source) -> RefreshedCredentials:
    return RefreshedCredentials(source.fetch, source.now)


def test_they_are_fetched_once_while_they_are_young() -> None:
    source = Source()
    credentials = refreshed(source)
    assert {credentials.get().key_id for _ in range(3)} == {"KEY1"}
    source.at += 3600 - EARLY - 1
    assert credentials.get().key_id == "KEY1"


def test_they_are_renewed_before_their_end() -> None:
    source = Source()
    credentials = refreshed(source)
    credentials.get()
    source.at += 3600 - EARLY * 0.9 + 1
    assert credentials.get().key_id == "KEY2"


def test_the_early_time_is_never_more_than_half_their_life() -> None:
    source = Source(expires_in=60)
    credentials = refreshed(source)
    credentials.get()
    source.at += 29
    assert credentials.get().key_id == "KEY1"
    source.at += 5
    assert credentials.get().key_id == "KEY2"


def test_a_failed_renewal_changes_nothing_until_their_end_and_is_not_tried_all_the_time() -> None:
    source = Source()
    credentials = refreshed(source)
    credentials.get()
    source.at, source.failing = NOW + 3500, True
    assert {credentials.get().key_id for _ in range(5)} == {"KEY1"}
    assert source.fetches == 2
    source.at += SPACING
    assert credentials.get().key_id == "KEY1"
    assert source.fetches == 3
    source.at = NOW + 3600
    with pytest.raises(AwsUnreachable):
        credentials.get()


def test_what_comes_expired_is_none() -> None:
    with pytest.raises(AwsUnreachable, match="expired"):
        refreshed(Source(expires_in=0)).get()


def test_those_who_need_them_at_once_make_one_fetch() -> None:
    source, go = Source(), Event()

    def slow() -> Credentials:
        go.wait(5)
        return source.fetch()

    credentials = RefreshedCredentials(slow, source.now)
    with ThreadPoolExecutor(8) as threads:
        waiting = [threads.submit(credentials.get) for _ in range(8)]
        go.set()
        assert {each.result().key_id for each in waiting} == {"KEY1"}


def test_what_aws_refuses_is_renewed_by_the_first_who_says_so() -> None:
    source = Source()
    credentials = refreshed(source)
    first = credentials.get()
    assert credentials.renew(first)
    assert credentials.renew(first)
    assert source.fetches == 2
    source.failing = True
    assert not credentials.renew(credentials.get())


def container(environment: Mapping[str, str]) -> Credentials:
    def no_trust() -> ssl.SSLContext:
        raise AssertionError("nothing here is asked over TLS")

    return container_credentials(environment, no_trust)()


def answer() -> bytes:
    return http(json.dumps(DOCUMENT).encode())


def test_the_endpoint_is_asked_with_its_token(tmp_path: Path) -> None:
    with scripted_server([answer()]) as server:
        uri = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{server.port}/v1/get?x=1"}
        found = container({**uri, "AWS_CONTAINER_AUTHORIZATION_TOKEN": "let-me-in"})
        assert found == Credentials("AKID", "s3cr3t", "t0k3n", 1_800_003_600.0)
        (request,) = server.requests[0]
        assert request.startswith(b"GET /v1/get?x=1 HTTP/1.1\r\n")
        assert b"\r\nauthorization: let-me-in\r\n" in request
    file = tmp_path / "token"
    file.write_text("rotated\n")
    with scripted_server([answer()]) as server:
        uri = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://localhost:{server.port}"}
        container({**uri, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file)})
        assert b"\r\nauthorization: rotated\r\n" in server.requests[0][0]


@pytest.mark.parametrize(
    "uri",
    [
        "http://169.254.169.254/",
        "http://example.com/",
        "http://10.0.0.1/",
        "ftp://127.0.0.1/",
        "http://[::2]/",
        "http://[",
    ],
)
def test_nobody_else_is_asked_without_tls(uri: str) -> None:
    with pytest.raises(AwsUnusable):
        container({"AWS_CONTAINER_CREDENTIALS_FULL_URI": uri})


def test_a_token_with_a_line_break_is_not_sent() -> None:
    with pytest.raises(AwsUnusable, match="line break"):
        container(
            {
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\r\nx: y",
            }
        )


def test_an_endpoint_that_refuses_gives_none() -> None:
    with scripted_server([http(b"secret", 403)]) as server, pytest.raises(AwsUnreachable, match="403") as refusal:
        container({"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{server.port}/"})
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    "change",
    [{"AccessKeyId": None}, {"Token": 1}, {"Expiration": "soon"}, {"Expiration": 5}, {"SecretAccessKey": "a\r\nb"}],
)
def test_a_document_that_cannot_be_read_is_none(change: dict[str, Any]) -> None:
    with pytest.raises(AwsUnreachable):
        read_document(json.dumps({**DOCUMENT, **change}).encode())
    for body in (b"{", b"[]", json.dumps({k: v for k, v in DOCUMENT.items() if k not in change}).encode()):
        with pytest.raises(AwsUnreachable):
            read_document(body)


def test_the_environments_own_come_first() -> None:
    def trust() -> ssl.SSLContext:
        raise AssertionError("nothing is asked")

    own = {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B", "AWS_SESSION_TOKEN": "C"}
    endpoint = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/"}
    assert credential_source({**own, **endpoint}, trust).get() == Credentials("A", "B", "C")
    assert isinstance(credential_source(own, trust), GivenCredentials)
    assert isinstance(credential_source(endpoint, trust), RefreshedCredentials)
    assert isinstance(credential_source({"AWS_ACCESS_KEY_ID": "A"}, trust), NoCredentials)
    with pytest.raises(AwsError):
        credential_source({}, trust).get()
