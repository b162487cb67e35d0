"""A CDN in front of the API: who goes round it is not answered, and nobody chooses their own address."""

import io
import json

import pytest

from federation.oauth.http import HttpEndpoint, HttpRequest, HttpResponse
from federation.settings import SettingsError
from functions.edge import SECRET, SHOWN, VIEWER, behind_edge
from functions.telemetry import Counters

EDGE = "e" * 32
PROVEN = {SHOWN: EDGE, VIEWER: "198.51.100.10:46532", "content-type": "text/plain"}


class Seen:
    """An endpoint that keeps what it is asked."""

    def __init__(self) -> None:
        self.requests: list[HttpRequest] = []

    def handle(self, request: HttpRequest, /) -> HttpResponse:
        self.requests.append(request)
        return HttpResponse(200, b"", {})


def ask(headers: dict[str, str], certificate: str | None = None) -> tuple[int, list[HttpRequest], str]:
    log, seen = io.StringIO(), Seen()
    endpoint = behind_edge({SECRET: EDGE}, seen, Counters(log))
    http = HttpRequest("POST", "/token", b"", "c-1", headers, "", "192.0.2.1", certificate)
    return endpoint.handle(http).status, seen.requests, log.getvalue()


@pytest.mark.parametrize(
    ("viewer", "address"),
    [("198.51.100.10:46532", "198.51.100.10"), ("2001:db8::1:46532", "2001:db8::1")],
)
def test_a_request_through_the_cdn_is_from_whom_the_cdn_saw(viewer: str, address: str) -> None:
    status, (request,), _ = ask({**PROVEN, VIEWER: viewer})
    assert (status, request.source_ip) == (200, address)
    assert request.headers == {"content-type": "text/plain"}, "the secret goes no further"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {VIEWER: PROVEN[VIEWER]},
        {**PROVEN, SHOWN: "x" * 32},
        {**PROVEN, SHOWN: f"{EDGE},{EDGE}"},
        {**PROVEN, SHOWN: ""},
        {**PROVEN, SHOWN: "\u00e9" * 32},
        {**PROVEN, VIEWER: ""},
        {**PROVEN, VIEWER: "somebody:1"},
        {**PROVEN, VIEWER: "198.51.100.10:1,203.0.113.1:1"},
    ],
)
def test_q10_who_goes_round_it_is_counted_and_not_answered(headers: dict[str, str]) -> None:
    status, requests, log = ask(headers)
    assert (status, requests) == (403, [])
    assert json.loads(log)["EdgeBypassed"] == [1.0]


def test_a_client_certificate_proves_the_other_host_and_no_header_says_whence_it_came() -> None:
    status, (request,), _ = ask({VIEWER: "203.0.113.9:1", "accept": "*/*"}, certificate="PEM")
    assert (status, request.source_ip, request.headers) == (200, "192.0.2.1", {"accept": "*/*"})


def test_without_a_cdn_nothing_changes() -> None:
    endpoint: HttpEndpoint = Seen()
    assert behind_edge({}, endpoint, Counters(io.StringIO())) is endpoint


def test_a_secret_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(SettingsError, match="32 characters"):
        behind_edge({SECRET: "short"}, Seen(), Counters(io.StringIO()))


def test_the_secret_is_in_no_repr() -> None:
    assert EDGE not in repr(behind_edge({SECRET: EDGE}, Seen(), Counters(io.StringIO())))
