"""Any bytes on any endpoint: a typed OAuth error whose every word is ours, one record (ATTACKS invariants 14, 15)."""

import json
import re
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.local.requests import GatewayRequest, GatewayResponse
from federation.oauth.errors import OAuthError
from federation.oauth.identifiers import FORM, GrantType, TokenType
from federation.oauth.reasons import Reason
from tests.support.bridge_server import AUDIENCE, Bridge
from tests.support.eventually import HANGS

CODES = {error.error for error in OAuthError.__subclasses__()}
DESCRIPTIONS = {f"{reason.value}: {reason.advice}" for reason in Reason}
OUR_ID = re.compile(r"[A-Za-z0-9_-]{22}")
NAMES = [
    *("grant_type", "subject_token", "subject_token_type", "actor_token", "actor_token_type", "audience", "resource"),
    *("scope", "requested_token_type", "client_id", "client_secret", "client_assertion", "client_assertion_type"),
]

# The bridge is started once; examples leave nothing behind in it but log lines.
FUZZ = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=150)

values = st.one_of(
    st.text(max_size=40),
    st.sampled_from([GrantType.TOKEN_EXCHANGE.value, TokenType.JWT.value, AUDIENCE, "a.b.c", "e30.e30.e30", ""]),
)
headers = st.lists(
    st.tuples(
        st.sampled_from(["authorization", "dpop", "content-type", "x-correlation-id", "cookie", "user-agent", "x-a"]),
        st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=60),
    ),
    max_size=5,
).map(tuple)


def assert_typed_refusal(bridge: Bridge, response: GatewayResponse) -> None:
    """Everything in the answer is known beforehand but the correlation id, which is ours and names one record."""
    members = json.loads(response.body)
    reason = members["error_description"].partition(":")[0]
    assert response.status in {400, 401, 405, 413}
    assert members["error"] in CODES
    assert members["error_description"] in DESCRIPTIONS
    assert members["error_uri"] == f"{bridge.url}/.well-known/errors.html#{reason}"
    assert OUR_ID.fullmatch(members["correlation_id"])
    assert members.keys() == {"error", "error_description", "error_uri", "correlation_id"}
    assert dict(response.headers)["cache-control"] == "no-store"
    assert [record["reason"] for record in bridge.refusals(members["correlation_id"])] == [reason]


@FUZZ
@given(body=st.binary(max_size=400), sent=headers)
def test_any_body_under_any_headers_is_refused(bridge: Bridge, body: bytes, sent: Sequence[tuple[str, str]]) -> None:
    request = GatewayRequest("POST", "/token", headers=tuple(sent), body=body)
    assert_typed_refusal(bridge, bridge.local.answer(request))


@FUZZ
@given(pairs=st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=12), encoded=st.booleans())
def test_any_form_of_known_parameters_is_refused(
    bridge: Bridge, pairs: list[tuple[str, str]], *, encoded: bool
) -> None:
    body = "&".join(f"{name}={_encode(value) if encoded else value}" for name, value in pairs)
    request = GatewayRequest("POST", "/token", headers=(("content-type", FORM),), body=body.encode())
    assert_typed_refusal(bridge, bridge.local.answer(request))


def _encode(value: str) -> str:
    return "".join(f"%{byte:02X}" for byte in value.encode())


@FUZZ
@given(junk=st.text(max_size=300))
def test_any_subject_token_is_refused(bridge: Bridge, junk: str) -> None:
    body = "&".join(f"{name}={_encode(value)}" for name, value in bridge.form(subject_token=junk))
    request = GatewayRequest("POST", "/token", headers=(("content-type", FORM),), body=body.encode())
    assert_typed_refusal(bridge, bridge.local.answer(request))


@FUZZ
@given(method=st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=8), query=st.text(max_size=60))
def test_any_method_and_query_are_refused(bridge: Bridge, method: str, query: str) -> None:
    request = GatewayRequest(method, "/token", query=query, headers=(("content-type", FORM),))
    assert_typed_refusal(bridge, bridge.local.answer(request))


@pytest.mark.parametrize("path", ["/", "/token/", "/nowhere", "/.well-known/", "/%00", "/%2e%2e/%2e%2e/etc/passwd"])
@pytest.mark.parametrize("body", [b"", b"\x00\xff", b"{}"])
def test_what_is_no_endpoint_is_not_found(bridge: Bridge, path: str, body: bytes) -> None:
    response = bridge.local.answer(GatewayRequest("POST", path, body=body))
    assert (response.status, response.body) == (404, b'{"message":"Not Found"}')


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        b"POST /token HTTP/x.y\r\n\r\n",
        b"POST /token\r\n\r\n",
        b"GET /token HTTP/1.1\r\n\r\n",
        b"POST /token HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /token HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n",
        b"POST /tok\x00en HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /token HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_http_is_a_400_of_the_server(bridge: Bridge, sent: bytes) -> None:
    """Behind API Gateway such bytes never reach a function; here they never reach a handler."""
    with socket.create_connection(("127.0.0.1", urlsplit(bridge.url).port or 0), timeout=HANGS) as connection:
        connection.sendall(sent)
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 4")
    assert sent[-12:] not in answer


def test_a_head_beyond_10240_bytes_ends_at_the_gateway(bridge: Bridge) -> None:
    answer = bridge.get("/health", {"x-long": "a" * 10_240})
    assert (answer.status, answer.members) == (431, {"message": "Request Header Fields Too Large"})


def test_the_bridge_answers_as_before(bridge: Bridge) -> None:
    assert bridge.exchange().status == 200
