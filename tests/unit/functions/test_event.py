import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.oauth.errors import InvalidRequest
from federation.oauth.form import parse_form
from federation.oauth.http import HttpResponse
from federation.oauth.identifiers import FORM
from federation.oauth.reasons import Reason
from functions.event import UNREADABLE, read_event, write_response
from tests.support.lambda_events import REQUEST_ID, gateway_event

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
POST = gateway_event("POST", "/token")
MEMBERS = ["rawPath", "rawQueryString", "headers", "body", "isBase64Encoded", "requestContext"]
MALFORMED: dict[str, object] = {
    "no object": [],
    "nothing": None,
    "path of a number": POST | {"rawPath": 7},
    "query of a list": POST | {"rawQueryString": ["a=b"]},
    "headers of a list": POST | {"headers": ["content-type"]},
    "header without text": POST | {"headers": {"content-type": 1}},
    "body of an object": POST | {"body": {"grant_type": "x"}},
    "context of text": POST | {"requestContext": "x"},
}
UNREADABLE_BODIES: dict[str, dict[str, object]] = {
    "not base64": {"body": "a=b&c", "isBase64Encoded": True},
    "foreign characters within base64": {"body": "YT1i\nYz1k", "isBase64Encoded": True},
    "base64 without its padding": {"body": "YT1", "isBase64Encoded": True},
    "not ASCII": {"body": "ä", "isBase64Encoded": True},
    "a lone surrogate": {"body": "a=\ud800", "isBase64Encoded": False},
}


def test_a_request_is_what_the_gateway_saw() -> None:
    request = read_event(gateway_event("POST", "/token", b"a=b"), "invocation")
    assert (request.method, request.path, request.query, request.body) == ("POST", "/token", "", b"a=b")
    assert request.source_ip == "203.0.113.7"
    assert request.headers["content-type"] == FORM
    assert request.client_certificate is None


def test_a_body_may_arrive_as_text() -> None:
    assert read_event(POST | {"body": "a=ä"}, "invocation").body == "a=ä".encode()


def test_a_request_is_named_by_the_gateway_and_never_by_its_caller() -> None:
    headers = {"x-correlation-id": "mine", "x-request-id": "mine", "x-amzn-requestid": "mine"}
    assert read_event(POST | {"headers": headers}, "invocation").correlation_id == REQUEST_ID


def test_a_request_without_a_gateway_is_named_by_the_invocation() -> None:
    assert read_event({}, "invocation").correlation_id == "invocation"


def test_header_names_are_lower_case_and_twins_are_joined() -> None:
    headers = {"Authorization": "Bearer a", "authorization": "Bearer b"}
    assert read_event(POST | {"headers": headers}, "i").headers == {"authorization": "Bearer a,Bearer b"}


def test_K1_a_client_certificate_comes_from_the_connection_and_never_from_a_header() -> None:
    event = POST | {"headers": {"x-client-cert": "forged", "x-amzn-mtls-clientcert": "forged"}}
    assert read_event(event, "i").client_certificate is None
    event["requestContext"]["authentication"] = {"clientCert": {"clientCertPem": "-----BEGIN CERTIFICATE-----"}}
    assert read_event(event, "i").client_certificate == "-----BEGIN CERTIFICATE-----"


def test_F8_the_address_comes_from_the_connection_and_never_from_a_header() -> None:
    headers = {"x-forwarded-for": "198.51.100.1", "forwarded": "for=198.51.100.1"}
    assert read_event(POST | {"headers": headers}, "i").source_ip == "203.0.113.7"


IAM: dict[str, object] = {
    "accessKey": "ASIAEXAMPLE",
    "accountId": "123456789012",
    "callerId": "AROAEXAMPLE:i-1",
    "cognitoIdentity": None,
    "principalOrgId": "aws",
    "userArn": "arn:aws:sts::123456789012:assumed-role/gateway/i-1",
    "userId": "AROAEXAMPLE:i-1",
}
SIGNATURE = "AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/20270115/eu-west-1/execute-api/aws4_request, Signature=00"


def signed_event(iam: object, **headers: str) -> dict[str, Any]:
    event = gateway_event("POST", "/iam/token", b"a=b")
    event["requestContext"]["authorizer"] = {"iam": iam}
    return event | {"headers": {**event["headers"], **headers}}


def test_K1_an_aws_caller_is_the_authorizers_word_and_never_a_headers() -> None:
    event = gateway_event("POST", "/token", b"a=b")
    event["headers"] |= {"x-amzn-iam-user-arn": "forged", "authorization": SIGNATURE}
    request = read_event(event, "i")
    assert (request.iam_caller, request.headers["authorization"]) == (None, SIGNATURE)
    assert read_event(signed_event(IAM), "i").iam_caller == IAM["userArn"]


def test_the_aws_signature_was_for_the_gateway_and_goes_no_further() -> None:
    assert "authorization" not in read_event(signed_event(IAM, authorization=SIGNATURE), "i").headers
    assert read_event(signed_event(IAM, authorization="Basic YTpi"), "i").headers["authorization"] == "Basic YTpi"


@pytest.mark.parametrize("name", ["accessKey", "accountId", "callerId", "userArn", "userId"])
@pytest.mark.parametrize("value", [None, "", 7])
def test_half_an_authorizer_is_no_event(name: str, value: object) -> None:
    request = read_event(signed_event({**IAM, name: value}), "i")
    assert request.iam_caller is None
    assert request.body == UNREADABLE


def test_an_authorizer_of_another_kind_says_nothing_about_aws() -> None:
    event = gateway_event("POST", "/token", b"a=b")
    event["requestContext"]["authorizer"] = {"jwt": {"claims": {}, "scopes": None}}
    assert read_event(event, "i").iam_caller is None
    assert read_event(signed_event("arn:aws:iam::123456789012:role/x"), "i").body == UNREADABLE


@pytest.mark.parametrize("name", UNREADABLE_BODIES)
def test_G5_a_body_that_cannot_be_decoded_is_refused_by_the_form_parser(name: str) -> None:
    request = read_event(POST | UNREADABLE_BODIES[name], "i")
    assert request.correlation_id == REQUEST_ID
    with pytest.raises(InvalidRequest) as refused:
        parse_form(request.body, request.headers["content-type"])
    assert refused.value.reason is Reason.MALFORMED_BODY


@pytest.mark.parametrize("name", MALFORMED)
def test_an_event_that_no_gateway_sends_is_refused_by_the_form_parser(name: str) -> None:
    request = read_event(MALFORMED[name], "invocation")
    assert request.correlation_id
    with pytest.raises(InvalidRequest):
        parse_form(request.body, request.headers.get("content-type", ""))


@given(st.sampled_from(MEMBERS), JSON_VALUES)
def test_any_member_may_be_anything(member: str, value: Any) -> None:  # noqa: ANN401 - JSON
    request = read_event(gateway_event("POST", "/token", b"a=b") | {member: value}, "invocation")
    assert isinstance(request.body, bytes)
    assert request.correlation_id


@given(JSON_VALUES)
def test_an_event_may_be_anything(event: Any) -> None:  # noqa: ANN401 - JSON
    assert read_event(event, "invocation").correlation_id == "invocation" or isinstance(event, dict)


def test_a_response_is_what_the_gateway_wants_returned() -> None:
    result = write_response(HttpResponse(405, b'{"error":"x"}', {"allow": "POST"}))
    assert result == {
        "statusCode": 405,
        "headers": {"allow": "POST"},
        "body": '{"error":"x"}',
        "isBase64Encoded": False,
    }
    json.dumps(result)
