"""Group N: what the fetcher of issuers' documents will not connect to, whatever a URL or a name server says."""

# ruff: noqa: S104 - these addresses are looked at, never bound to

import json
import socket
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from federation.documents.source import InvalidDocuments
from federation.documents.validate import validate
from federation.model.trust import IssuerKeys
from federation.oauth.reasons import Reason
from federation.ports import FetchFailed
from federation.web.connection import Connector
from federation.web.fetcher import WebFetcher
from tests.support.document_vectors import base, sources
from tests.support.eventually import HANGS
from tests.support.exchange_world import BRIDGE, ISSUER, Bridge, body
from tests.support.fake_fetcher import FakeFetcher
from tests.support.issuer_server import document, issuer_server, status
from tests.support.issuer_world import DISCOVERY, IDP, JWKS_URI, claims, jwks, token, trusted, unavailable, world
from tests.support.jose_keys import rsa_key

URL = "https://idp.example.com/jwks.json"


class NoConnection:
    """Refuses to connect, and remembers to what it should have."""

    def __init__(self) -> None:
        self.tried: list[tuple[str, int]] = []

    def __call__(self, address: tuple[str, int], _seconds: float) -> socket.socket:
        self.tried.append(address)
        raise ConnectionRefusedError


class Names:
    """A name server that gives its answers in turn."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)

    def __call__(self, _host: str, _port: int) -> Sequence[str]:
        return self.answers.pop(0)


def tried(*addresses: str) -> list[tuple[str, int]]:
    """What is connected to if the issuer's name has these addresses."""
    connect = NoConnection()
    fetcher = WebFetcher(connector=Connector(resolve=Names(addresses), connect=connect))
    with pytest.raises(FetchFailed):
        fetcher.fetch(URL)
    return connect.tried


NOT_PUBLIC = [
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "169.254.170.2", "169.254.169.253", "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1"),
    *("198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "::ffff:8.8.8.8"),
    *("fd00:ec2::254", "fd00:ec2::23", "fc00::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "100::1"),
    *("2001:db8::1", "2001::1", "2001:0:7f00:1::", "2002:7f00:1::", "2002:a9fe:a9fe::1", "64:ff9b::127.0.0.1"),
    *("64:ff9b::a9fe:a9fe", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "5f00::1", "4000::1"),
]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_N1_an_address_that_is_not_on_the_open_internet_is_not_connected_to(address: str) -> None:
    assert tried(address) == []


@pytest.mark.parametrize("address", NOT_PUBLIC[:10])
def test_N1_one_bad_address_among_good_ones_is_enough(address: str) -> None:
    assert tried("8.8.8.8", address) == []


@pytest.mark.parametrize(
    "jwks_uri",
    [
        *("https://10.0.0.1/jwks", "https://127.1/jwks", "https://0177.0.0.1/jwks", "https://0x7f.0.0.1/jwks"),
        *("https://192.168.1.1:8443/jwks", "https://100.64.0.1/jwks", "https://8.8.8.8/jwks", "https://1.2/jwks"),
        *("https://idp.corp.internal/jwks", "https://idp.local/jwks", "https://idp.default.svc/jwks"),
        *("https://169.254.169.254/latest", "https://0.0.0.0/", "https://[::1]/jwks", "https://[fd00:ec2::254]/"),
        *("https://2130706433/jwks", "https://localhost/jwks", "http://10.0.0.1/jwks"),
    ],
)
def test_N1_keys_at_an_address_or_in_another_network_are_refused_where_they_are_written(jwks_uri: str) -> None:
    for changes in ({"keys": {"jwks_uri": jwks_uri}}, {"issuer": jwks_uri.removesuffix("/")}):
        with pytest.raises(InvalidDocuments):
            validate(sources(base("issuer", **changes)))


def test_N1_a_name_without_address_is_not_connected_to() -> None:
    assert tried() == []


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::8.8.8.8"])
def test_N1_an_address_on_the_open_internet_is_connected_to(address: str) -> None:
    assert tried(address) == [(address, 443)]


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.1", "127.0.1"),
        *("169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "0", "0.0.0.0"),
        *("[::1]", "[::]", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "[fe80::1%25eth0]", "8.8.8.8", "[2606::1]"),
        *("localhost", "metadata", "idp.example.com.", ".example.com", "idp..example.com", "-idp.example.com"),
        *(
            "idp.example.1",
            "idp.example.0x7f",
            "idp_.example.com",
            "127\u30020\u30020\u30021",
            "xn--.com-",
            "%31.com",
        ),
    ],
)
def test_N1_a_host_is_a_name_and_never_an_address_in_any_spelling(host: str) -> None:
    connect = NoConnection()
    fetcher = WebFetcher(connector=Connector(connect=connect))
    with pytest.raises(FetchFailed, match="not a"):
        fetcher.fetch(f"https://{host}/jwks.json")
    assert connect.tried == []


@pytest.mark.parametrize(
    "host", ["169.254.169.254", "10.0.0.1", "2130706433", "0177.0.0.1", "127.1", "[fd00:ec2::254]"]
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_N1_a_laptop_names_itself_in_three_ways_and_no_other(scheme: str, host: str) -> None:
    with pytest.raises(FetchFailed, match="not"):
        WebFetcher(loopback=True, total=HANGS).fetch(f"{scheme}://{host}/jwks.json")


def test_N1_on_a_laptop_localhost_is_this_machine_whatever_a_name_server_says() -> None:
    connect = NoConnection()
    connector = Connector(resolve=Names(["169.254.169.254"], ["8.8.8.8"]), connect=connect)
    for _ in range(2):
        with pytest.raises(FetchFailed, match="open internet"):
            WebFetcher(loopback=True, connector=connector).fetch("http://localhost/")
    assert connect.tried == []


def test_N2_the_address_that_was_checked_is_the_one_connected_to() -> None:
    names, connect = Names(["8.8.8.8"], ["127.0.0.1"]), NoConnection()
    with pytest.raises(FetchFailed):
        WebFetcher(connector=Connector(resolve=names, connect=connect)).fetch(URL)
    assert connect.tried == [("8.8.8.8", 443)]
    assert names.answers == [["127.0.0.1"]]


def test_N3_a_redirect_is_not_followed() -> None:
    with issuer_server() as server:
        server.routes = {"/jwks": status(302, location=f"{server.url}/elsewhere"), "/elsewhere": document({})}
        with pytest.raises(FetchFailed, match="status 302"):
            WebFetcher(loopback=True, total=HANGS).fetch(f"{server.url}/jwks")
        assert server.asked == ["/jwks"]


@pytest.mark.parametrize(
    "url",
    [
        "https://user@idp.example.com/",
        "https://user:secret@idp.example.com/",
        "https://idp.example.com@evil.example.net/",
        "https://evil.example.net\\@idp.example.com/",
        "https://idp.example.com:0x1bb/",
        "https://idp.example.com:99999/",
        "https://idp.example.com:-1/",
        "https://idp.example.com/#fragment",
        "https://idp.example.com/a b",
        "https://idp.example.com/\r\nHost: evil.example.net",
        "https://idp.example.com/\tx",
        "https://idp.example.com/\x00",
        "https://idp.example.com/é",
        " https://idp.example.com/",
        "https://",
        "https:///jwks.json",
        "https://[",
        "https:idp.example.com",
    ],
)
def test_N4_a_url_that_two_readers_could_read_differently_is_refused(url: str) -> None:
    connect = NoConnection()
    with pytest.raises(FetchFailed, match="not a"):
        WebFetcher(connector=Connector(connect=connect)).fetch(url)
    assert connect.tried == []


@pytest.mark.parametrize(
    "jwks_uri",
    [
        "https://idp.example.com:8443/jwks.json",
        "https://idp.example.com:6379/",
        "https://keys.example.net:9200/jwks",
        "https://idp.example.com:99999/",
        "https://idp.example.com:x/",
        "http://idp.example.com/jwks.json",
        "http://idp.example.com:443/jwks.json",
    ],
)
def test_N4_an_issuer_sends_nobody_to_another_port_or_scheme(jwks_uri: str) -> None:
    web = FakeFetcher({DISCOVERY: {"issuer": IDP, "jwks_uri": jwks_uri}, jwks_uri: jwks(rsa_key())})
    w = world(trusted(keys=IssuerKeys(discovery=True)), web=web)
    assert unavailable(w, token()) is Reason.ISSUER_KEYS_UNAVAILABLE
    assert web.fetched == [DISCOVERY]
    assert len(w.alarms) == 1


@pytest.mark.parametrize("port", [8443, 443])
def test_N4_but_to_its_own_port_wherever_that_is(port: int) -> None:
    issuer = f"https://idp.example.com:{port}"
    documents = {f"{issuer}/.well-known/openid-configuration": {"issuer": issuer, "jwks_uri": f"{issuer}/jwks"}}
    web = FakeFetcher({**documents, f"{issuer}/jwks": jwks(rsa_key())})
    w = world(trusted(issuer=issuer, keys=IssuerKeys(discovery=True)), web=web)
    assert w.verify(token(claims(iss=issuer))).key_id == "rsa-1"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9001/2018-06-01/runtime/invocation/next", "file:///proc/self/environ"]
)
def test_N5_the_function_itself_is_not_read(url: str) -> None:
    with pytest.raises(FetchFailed, match="not https"):
        WebFetcher().fetch(url)


class Failing(FakeFetcher):
    """Fails in these words."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.words = words

    def fetch(self, url: str) -> bytes:
        raise FetchFailed(f"{self.words} {url}")


@pytest.mark.parametrize(
    "web",
    [
        Failing("status 302"),
        Failing("TimeoutError"),
        Failing("the host's address is not on the open internet"),
        FakeFetcher({JWKS_URI: b"canary"}),
        FakeFetcher({JWKS_URI: {"keys": "canary"}}),
        FakeFetcher({JWKS_URI: {"keys": []}}),
    ],
)
def test_N6_how_a_fetch_fails_is_for_the_audit_record_alone(web: FakeFetcher) -> None:
    with ThreadPoolExecutor(6) as pool:
        b = Bridge(pool, web=web)
        b.write({**ISSUER, "keys": {"jwks_uri": JWKS_URI}})
        response = b.post()
        members = body(response)
        del members["correlation_id"]
        assert (response.status, response.headers["retry-after"]) == (503, "10")
        assert members == {
            "error": "temporarily_unavailable",
            "error_description": "issuer_keys_unavailable: The issuer's keys cannot be fetched now; try again.",
            "error_uri": f"{BRIDGE}/.well-known/errors.html#issuer_keys_unavailable",
        }
        assert len(b.log.entries) == 1
        assert "acme" in str(b.log.entries[0]["detail"])


def test_N5_loopback_works_where_it_is_allowed() -> None:
    with issuer_server() as server:
        server.routes["/jwks"] = document({"keys": []})
        for host in ("127.0.0.1", "localhost"):
            body = WebFetcher(loopback=True, total=HANGS).fetch(f"http://{host}:{server.port}/jwks")
            assert json.loads(body) == {"keys": []}
