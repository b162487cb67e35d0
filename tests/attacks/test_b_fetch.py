"""Group B, the wire: a real server that misbehaves, and the keys that hold on meanwhile."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from federation.model.trust import IssuerKeys
from federation.oauth.reasons import Reason
from federation.ports import FetchFailed
from federation.verification.held_keys import FRESH
from federation.web.fetcher import WebFetcher
from tests.support.eventually import HANGS, eventually
from tests.support.issuer_server import (
    Behaviour,
    IssuerServer,
    answer,
    document,
    endless,
    issuer_server,
    raw,
    silence,
    status,
)
from tests.support.issuer_world import Recording, World, claims, jwks, token, trusted, unavailable, world
from tests.support.jose_keys import rsa_key

KEYS = jwks(rsa_key())
BODY = json.dumps(KEYS).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

MISBEHAVIOURS: dict[str, Behaviour] = {
    "moved permanently": status(301, location="/good"),
    "found": status(302, location="/good"),
    "see other": status(303, location="http://169.254.169.254/latest/meta-data/"),
    "temporary redirect": status(307, location="/good"),
    "permanent redirect": status(308, location="/good"),
    "no content": raw(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "partial content": answer(BODY, 206),
    "created": answer(BODY, 201),
    "not found": status(404),
    "server error": answer(BODY, 500),
    "unavailable": answer(BODY, 503),
    "HTML": answer(BODY, content_type="text/html; charset=utf-8"),
    "XHTML": answer(BODY, content_type="application/xhtml+xml"),
    "gzip bomb": answer(gzip.compress(bytes(10_000_000)), content_encoding="gzip"),
    "gzip": answer(gzip.compress(BODY), content_encoding="gzip"),
    "compressed without saying so": answer(gzip.compress(BODY)),
    "deflate": answer(BODY, content_encoding="deflate"),
    "above 256 KiB": answer(BODY.ljust(256 * 1024 + 1)),
    "above 256 KiB and no length": raw(HEAD + b"\r\n" + BODY.ljust(256 * 1024 + 1)),
    "says to be above 256 KiB": raw(HEAD + b"Content-Length: 262145\r\n\r\n{}"),
    "endless": endless(HEAD + b"\r\n{", b" " * 65536),
    "endless chunks": endless(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10\r\n" + b" " * 16 + b"\r\n"),
    "endless headers": endless(HEAD, b"x-header: 1\r\n"),
    "one endless header": endless(HEAD + b"x-header: ", b"x" * 65536),
    "endless preliminaries": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "dripping body": endless(HEAD + b"Content-Length: 9999\r\n\r\n", b" ", pause=0.01),
    "dripping headers": endless(HEAD + b"x-header: ", b"x", pause=0.01),
    "silence": silence,
    "cut short": raw(HEAD + b"Content-Length: 9999\r\n\r\n" + BODY),
    "hangs up": raw(b""),
    "no HTTP": raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "bad chunk": raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}"),
    "no JSON": answer(b"keys"),
    "UTF-16": answer(BODY.decode().encode("utf-16")),
    "duplicate keys": answer(BODY[:-1] + b',"keys":[]}'),
    "a list": answer(b"[]"),
    "no keys": document({"keys": []}),
    "101 keys": document({"keys": [{**rsa_key().jwk(), "kid": str(number)} for number in range(101)]}),
    "deep": answer(b'{"keys":' + b"[" * 100_000),
}
NEVER_ENDING = ("endless preliminaries", "dripping body", "dripping headers", "silence")


@dataclass
class Wire:
    server: IssuerServer
    world: World

    def now(self, behaviour: Behaviour) -> None:
        """What the server does from now on; where it would never end, nobody waits long."""
        self.server.routes["/jwks"] = behaviour
        assert isinstance(self.world.web, Recording)
        never_ends = any(behaviour is MISBEHAVIOURS[name] for name in NEVER_ENDING)
        self.world.web.inner = WebFetcher(loopback=True, total=0.3 if never_ends else HANGS)

    def was_asked(self, times: int) -> bool:
        """Whoever left may have left before the server has looked."""
        return eventually(lambda: self.server.asked == ["/jwks"] * times)

    def token(self) -> str:
        now = int(self.world.clock.now())
        return token(claims(iat=now, exp=now + 300))


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A server with good keys, and a world that knows it."""
    with issuer_server() as server:
        server.routes.update({"/good": document(KEYS), "/jwks": document(KEYS)})
        online = trusted(keys=IssuerKeys(jwks_uri=f"{server.url}/jwks"))
        yield Wire(server, world(online, web=Recording(WebFetcher(loopback=True, total=HANGS))))


@pytest.mark.parametrize("misbehaviour", MISBEHAVIOURS)
def test_B9_a_bad_answer_is_no_answer_and_the_last_good_keys_hold(wire: Wire, misbehaviour: str) -> None:
    assert wire.world.verify(wire.token()).keys_stale is False
    wire.now(MISBEHAVIOURS[misbehaviour])
    wire.world.clock.advance(FRESH)
    assert wire.world.verify(wire.token()).keys_stale is True
    assert wire.was_asked(2)


@pytest.mark.parametrize("misbehaviour", ["found", "gzip bomb", "HTML", "above 256 KiB", "dripping body"])
def test_B9_without_keys_a_bad_answer_leaves_nothing_to_decide_with(wire: Wire, misbehaviour: str) -> None:
    wire.now(MISBEHAVIOURS[misbehaviour])
    assert unavailable(wire.world, wire.token()) is Reason.ISSUER_KEYS_UNAVAILABLE
    assert wire.was_asked(1)


def test_B9_the_largest_honest_answer_is_taken(wire: Wire) -> None:
    keys = [{**rsa_key().jwk(), "kid": str(number)} for number in range(99)]
    body = json.dumps({"keys": [*keys, rsa_key().jwk()]}).encode().ljust(256 * 1024)
    wire.server.routes["/jwks"] = answer(body)
    assert wire.world.verify(wire.token()).keys_stale is False


@pytest.mark.parametrize(
    "url",
    [
        "file:///proc/self/environ",
        "file://localhost/etc/passwd",
        "ftp://idp.example.com/jwks.json",
        "data:application/json,{}",
        "http://idp.example.com/jwks.json",
        "gopher://idp.example.com/",
        "jar:https://idp.example.com!/jwks.json",
        "unix:///var/run/docker.sock",
        "//idp.example.com/jwks.json",
        "idp.example.com/jwks.json",
        "/etc/passwd",
        "",
    ],
)
@pytest.mark.parametrize("loopback", [True, False])
def test_B11_nothing_but_https_is_fetched(url: str, loopback: bool) -> None:
    with pytest.raises(FetchFailed, match=r"not https|not a URL"):
        WebFetcher(loopback=loopback).fetch(url)


def test_B11_loopback_http_is_for_a_laptop_alone() -> None:
    with issuer_server() as server:
        server.routes["/jwks"] = document(KEYS)
        with pytest.raises(FetchFailed, match="not https"):
            WebFetcher().fetch(f"{server.url}/jwks")
        assert server.asked == []
        assert json.loads(WebFetcher(loopback=True, total=HANGS).fetch(f"{server.url}/jwks")) == KEYS


def test_B9_what_went_wrong_is_told_to_the_audit_record_alone(wire: Wire) -> None:
    wire.now(status(302, location="http://169.254.169.254/"))
    with pytest.raises(Exception, match="issuer_keys_unavailable") as refused:
        wire.world.verify(wire.token())
    assert "302" in refused.value.detail  # type: ignore[attr-defined]
    assert "302" not in refused.value.description  # type: ignore[attr-defined]
