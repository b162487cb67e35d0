"""Q6: what anybody may send is read in steps that grow with its size: twice the size, at most 2.5 times the steps."""

import json
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from federation.mapping.match import value_matches
from federation.model.json import Json
from federation.model.status_list import StatusList, read_status_list
from federation.oauth.errors import OAuthError
from federation.oauth.form import parse_form
from federation.oauth.http import HttpRequest
from federation.oauth.identifiers import FORM
from federation.oauth.request import parse
from federation.oauth.strict_json import NotStrictJson, parse_object
from federation.verification import base64url
from federation.verification.compact import parse_compact
from federation.verification.proofs.resource_request import read_authorization
from federation.verification.spiffe_id import trust_domain_of

MOST = 2.5
Work = Callable[[], object]


def steps(work: Work) -> int:
    """Calls, and lines of Python: a clock would count what else the machine does."""
    counted = 0

    def called(_frame: FrameType, _event: str, _argument: object) -> None:
        nonlocal counted
        counted += 1

    def stepped(_frame: FrameType, _event: str, _argument: object) -> Any:  # noqa: ANN401  (itself)
        nonlocal counted
        counted += 1
        return stepped

    profiler, tracer = sys.getprofile(), sys.gettrace()
    sys.setprofile(called)
    sys.settrace(stepped)
    try:
        work()
    except (OAuthError, NotStrictJson):
        pass
    finally:
        sys.settrace(tracer)
        sys.setprofile(profiler)
    return counted


def compact(claims: bytes, header: bytes = b'{"alg":"RS256"}') -> Work:
    text = b".".join(base64url.encode(part) for part in (header, claims, b"signature")).decode()
    return lambda: parse_compact(text)


def claims(value: Json) -> Work:
    return compact(json.dumps(value).encode())


def form(body: str) -> Work:
    return lambda: parse_form(body.encode(), FORM)


def request(**parameters: str) -> Work:
    sent = "&".join(f"{name}={value}" for name, value in parameters.items())
    start = "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token=x&audience=a"
    body = f"{start}&subject_token_type=urn:ietf:params:oauth:token-type:jwt&{sent}".encode()
    return lambda: parse(HttpRequest("POST", "/token", body, "c", {"content-type": FORM}))


def strict(text: str) -> Work:
    return lambda: parse_object(text.encode())


def presented(header: str) -> Work:
    return lambda: read_authorization(HttpRequest("GET", "/", b"", "c", {"authorization": header}))


READERS: dict[str, tuple[int, Callable[[int], Work]]] = {
    "a token of many claims": (50, lambda n: claims({f"claim-{i}": "x" for i in range(n)})),
    "a token with a long list": (1000, lambda n: claims({"groups": ["g"] * n})),
    "a token with many numbers": (1000, lambda n: claims({"numbers": list(range(n))})),
    "a token with many objects": (300, lambda n: claims({"objects": [{"a": "b"}] * n})),
    "a token of many escapes": (600, lambda n: compact(b'{"a":"' + b"\\u0061" * n + b'"}')),
    "a token of many audiences": (400, lambda n: claims({"aud": ["a"] * n})),
    "a token of many segments": (4000, lambda n: lambda: parse_compact("." * n)),
    "a token that is nothing": (8000, lambda n: lambda: parse_compact("A" * n)),
    "a header of many members": (60, lambda n: compact(b"{}", json.dumps({f"h{i}": 1 for i in range(n)}).encode())),
    "brackets in a text": (4000, lambda n: strict('{"a":"' + "[{" * n + '"}')),
    "quotes in a text": (4000, lambda n: strict('{"a":"' + '\\"' * n + '[[[[[[[[[[[[[[[[["}')),
    "brackets that open": (8000, lambda n: strict("[" * n)),
    "a text that does not end": (8000, lambda n: strict('{"a":"' + "[" * n)),
    "backslashes without end": (8001, lambda n: strict('{"[[[[[[[[[[[[[[[[[' + "\\" * n)),
    "digits": (8000, lambda n: strict('{"a":' + "9" * n + "}")),
    "members twice": (2000, lambda n: strict("{" + '"a":1,' * n + '"b":1}')),
    "white space": (8000, lambda n: strict(" " * n + "{}")),
    "many parameters": (30, lambda n: form("&".join(f"p{i}=v" for i in range(n)))),
    "many audiences": (30, lambda n: form("audience=a&" * n)),
    "separators": (30_000, lambda n: form("&" * n)),
    "escapes": (10_000, lambda n: form("a=" + "%61" * n)),
    "bad escapes": (15_000, lambda n: form("a=" + "%6" * n)),
    "many scopes": (250, lambda n: request(scope="+".join(f"s{i}" for i in range(n)))),
    "a scope that is none": (400, lambda n: request(scope="a+" * n)),
    "many details": (4, lambda n: request(authorization_details=json.dumps([{"type": "t", "a": ["b"] * 20}] * n))),
    "a resource": (200, lambda n: request(resource="https://a.example/" + "a/" * n)),
    "an authorization header": (8000, lambda n: presented("Bearer " + " " * n + "!")),
    "stars against a text": (60, lambda n: lambda: value_matches("a*" * n + "b", "a" * 2 * n)),
    "a SPIFFE ID": (2000, lambda n: lambda: trust_domain_of("spiffe://a" + "/a" * n)),
    "bits of a status list": (2000, lambda n: lambda: read_status_list(StatusList().setting(range(n)).text)),
}


@pytest.mark.parametrize("name", READERS)
def test_Q6_twice_the_size_takes_at_most_two_and_a_half_times_the_steps(name: str) -> None:
    size, reading = READERS[name]
    once, twice = reading(size), reading(2 * size)
    steps(once)  # what is remembered after the first time is not counted
    assert steps(twice) <= MOST * steps(once)


def test_Q6_a_reader_that_goes_back_would_be_found() -> None:
    def going_back(size: int) -> Work:
        return lambda: [abs(again) for start in range(size) for again in range(start)]

    assert steps(going_back(200)) > MOST * steps(going_back(100))
