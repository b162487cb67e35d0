"""Events have the shape that API Gateway gives them (payload format 2.0)."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from federation.local.events import Arrival, Event, build_event
from federation.local.requests import GatewayRequest
from federation.local.routes import FunctionTarget, Route, RouteMatch
from functions.event import read_event
from tests.support.x509_authority import authority, device, pem

ROUTE = Route("ANY", "/token", FunctionTarget(name="Token", module="functions.token", timeout=10, memory=256))
ARRIVAL = Arrival(request_id="JKJaXmPLvHcESHA=", time=1_583_348_638.390)
FORM = "application/x-www-form-urlencoded"


def event_of(request: GatewayRequest) -> Event:
    return build_event(request, RouteMatch(ROUTE, {}), ARRIVAL)


def test_the_event_has_every_member_of_format_2() -> None:
    request = GatewayRequest(
        "POST", "/token", headers=(("host", "sts.example.com"), ("user-agent", "curl/8")), source_ip="192.0.2.1"
    )
    assert event_of(request) == {
        "version": "2.0",
        "routeKey": "ANY /token",
        "rawPath": "/token",
        "rawQueryString": "",
        "headers": {
            "host": "sts.example.com",
            "user-agent": "curl/8",
            "x-amzn-trace-id": ARRIVAL.trace_id,
            "x-forwarded-for": "192.0.2.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "http",
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "local",
            "domainName": "sts.example.com",
            "domainPrefix": "sts",
            "http": {
                "method": "POST",
                "path": "/token",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "curl/8",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "ANY /token",
            "stage": "$default",
            "time": "04/Mar/2020:19:03:58 +0000",
            "timeEpoch": 1583348638390,
        },
        "isBase64Encoded": False,
    }


def test_repeated_headers_are_joined_by_commas() -> None:
    request = GatewayRequest("POST", "/token", headers=(("dpop", "one"), ("accept", "*/*"), ("dpop", "two")))
    assert event_of(request)["headers"]["dpop"] == "one,two"


def test_cookies_are_moved_out_of_the_headers() -> None:
    request = GatewayRequest("GET", "/token", headers=(("cookie", "a=1; b=2"), ("cookie", "c=3")))
    event = event_of(request)
    assert event["cookies"] == ["a=1", "b=2", "c=3"]
    assert "cookie" not in event["headers"]


def test_the_query_is_passed_raw_and_read() -> None:
    event = event_of(GatewayRequest("POST", "/token", query="a=1&a=2%2C3&b=&c"))
    assert event["rawQueryString"] == "a=1&a=2%2C3&b=&c"
    assert event["queryStringParameters"] == {"a": "1,2,3", "b": "", "c": ""}


def test_the_path_arrives_decoded() -> None:
    event = event_of(GatewayRequest("POST", "/a%20b/%C3%A9"))
    assert event["rawPath"] == event["requestContext"]["http"]["path"] == "/a b/é"


def test_a_forwarded_address_is_appended_to_and_never_becomes_the_source() -> None:
    request = GatewayRequest("POST", "/token", headers=(("x-forwarded-for", "10.0.0.1"),), source_ip="192.0.2.1")
    event = event_of(request)
    assert event["headers"]["x-forwarded-for"] == "10.0.0.1, 192.0.2.1"
    assert event["requestContext"]["http"]["sourceIp"] == "192.0.2.1"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "text/csv; charset=utf-8", "application/json", "Application/XML"]
)
def test_text_bodies_arrive_as_they_are(content_type: str) -> None:
    event = event_of(GatewayRequest("POST", "/token", headers=(("content-type", content_type),), body=b"{}"))
    assert (event["body"], event["isBase64Encoded"]) == ("{}", False)


@pytest.mark.parametrize("content_type", [FORM, "application/octet-stream", "", f"{FORM},{FORM}"])
def test_every_other_body_arrives_as_base64(content_type: str) -> None:
    event = event_of(GatewayRequest("POST", "/token", headers=(("content-type", content_type),), body=b"a=b"))
    assert (event["body"], event["isBase64Encoded"]) == ("YT1i", True)


@given(st.binary(min_size=1))
def test_a_binary_body_survives_byte_for_byte(body: bytes) -> None:
    event = event_of(GatewayRequest("POST", "/token", headers=(("content-type", FORM),), body=body))
    assert base64.b64decode(event["body"]) == body


@given(st.text(), st.text(), st.binary())
def test_every_request_yields_an_event_that_is_json(path: str, query: str, body: bytes) -> None:
    event = event_of(GatewayRequest("POST", path, query=query, body=body))
    assert json.loads(json.dumps(event)) == event


def test_a_client_certificate_is_where_api_gateway_puts_it() -> None:
    ca = authority("acme devices")
    certificate = pem(ca.sign(replace(device("press-7"), serial=0x0A1B2C, not_before=0, not_after=1_628_156_164)))
    event = event_of(GatewayRequest("POST", "/token", scheme="https", client_certificate=certificate))
    assert event["requestContext"]["authentication"] == {
        "clientCert": {
            "clientCertPem": certificate,
            "subjectDN": "CN=press-7",
            "issuerDN": "CN=acme devices",
            "serialNumber": "0a:1b:2c",
            "validity": {"notBefore": "Jan  1 00:00:00 1970 GMT", "notAfter": "Aug  5 09:36:04 2021 GMT"},
        }
    }
    assert event["headers"]["x-forwarded-proto"] == "https"
    assert read_event(event, "invocation").client_certificate == certificate


def test_without_a_client_certificate_there_is_no_trace_of_one() -> None:
    forged = GatewayRequest("POST", "/token", headers=(("x-client-cert", "-----BEGIN CERTIFICATE-----"),))
    event = event_of(forged)
    assert "authentication" not in event["requestContext"]
    assert read_event(event, "invocation").client_certificate is None
