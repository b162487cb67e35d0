"""What a function returns becomes the response that API Gateway would send."""

import pytest

from federation.local.requests import FUNCTION_FAILED, NOT_FOUND, GatewayResponse, read_result


def test_status_headers_cookies_and_body_are_passed_on() -> None:
    result = {"statusCode": 400, "headers": {"Cache-Control": "no-store"}, "cookies": ["a=1", "b=2"], "body": "{}"}
    assert read_result(result) == GatewayResponse(
        400,
        b"{}",
        (
            ("content-type", "text/plain; charset=utf-8"),
            ("cache-control", "no-store"),
            ("set-cookie", "a=1"),
            ("set-cookie", "b=2"),
        ),
    )


def test_a_base64_body_is_decoded() -> None:
    assert read_result({"statusCode": 200, "body": "/w==", "isBase64Encoded": True}).body == b"\xff"


@pytest.mark.parametrize("result", [{"answer": 42}, ["a"], "text", None])
def test_a_result_without_a_status_is_a_200_of_json(result: object) -> None:
    response = read_result(result)
    assert (response.status, response.headers) == (200, (("content-type", "application/json"),))


@pytest.mark.parametrize(
    "result",
    [
        {"statusCode": "many"},
        {"statusCode": None},
        {"statusCode": 200, "body": "?", "isBase64Encoded": True},
        {"statusCode": 200, "headers": "none"},
    ],
)
def test_a_malformed_result_is_an_internal_server_error(result: object) -> None:
    assert read_result(result) == FUNCTION_FAILED


def test_the_gateways_own_answers_are_aws_s() -> None:
    assert (NOT_FOUND.status, NOT_FOUND.body) == (404, b'{"message":"Not Found"}')
