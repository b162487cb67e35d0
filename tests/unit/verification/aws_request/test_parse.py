"""The subject token as text."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.aws_request.parse import UnverifiedRequest, parse_request
from tests.support.sts_sessions import ROLE
from tests.support.sts_signing import BODY, BRIDGE, ENDPOINT, amz_date, sign, token

NOW = 1_800_000_000
SHA256_OF_BODY = "ab821ae955788b0e33ebd34c208442ccfc2d406e2edc5e7a39bd6458fbb4f843"


def parse(**members: object) -> UnverifiedRequest:
    return parse_request(token({**sign(at=NOW), **members}))


def test_a_request_is_its_fields() -> None:
    request = parse()
    assert (request.endpoint, request.server_id, request.signed_at) == (ENDPOINT, BRIDGE, NOW)
    assert (request.authorization.access_key_id, request.authorization.region) == (ROLE.access_key_id, "us-east-1")
    assert request.headers["x-amz-date"] == amz_date(NOW)


@pytest.mark.parametrize("url", [ENDPOINT, f"{ENDPOINT}/"])
def test_a_slash_after_the_host_is_no_path(url: str) -> None:
    assert parse(url=url).endpoint == ENDPOINT


def test_the_body_may_be_left_out_because_there_is_one_only() -> None:
    assert parse(body=BODY).headers == parse().headers


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/x-www-form-urlencoded;charset=UTF-8"},
        {"content-length": "43"},
        {"x-amz-content-sha256": SHA256_OF_BODY},
        {"content-length": "43", "x-amz-content-sha256": SHA256_OF_BODY},
    ],
)
def test_what_sdks_sign_besides_is_taken(headers: dict[str, str | None]) -> None:
    request = parse_request(token(sign(at=NOW, headers=headers)))
    assert request.headers.items() >= headers.items()


def test_names_of_headers_ignore_case() -> None:
    headers = [{**header, "key": header["key"].title()} for header in sign(at=NOW)["headers"]]
    assert parse(headers=headers).headers == parse().headers


def test_a_signed_request_shows_neither_signature_nor_token() -> None:
    shown = repr(parse())
    assert parse().authorization.signature not in shown
    assert ROLE.token not in shown


@given(st.text())
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest):
        parse_request(text)


@given(st.text(), st.booleans())
def test_any_json_text_is_refused(text: str, as_member: bool) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse_request(token({"url": text, "method": "POST", "headers": []}) if as_member else quote(text))
    assert "\n" not in refused.value.detail


@given(
    st.sampled_from(["url", "method", "headers", "body"]), st.recursive(st.none() | st.integers() | st.text(), st.lists)
)
def test_any_other_member_is_refused(name: str, value: object) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse(**{name: value})
    assert refused.value.reason in {Reason.MALFORMED_AWS_REQUEST, Reason.UNSIGNED_HEADERS}


@given(st.integers(0, 5), st.text(st.characters(exclude_characters="0123456789"), min_size=1))
def test_any_header_with_something_strange_in_it_is_refused(place: int, strange: str) -> None:
    headers = sign(at=NOW)["headers"]
    headers[place] = {**headers[place], "value": headers[place]["value"] + strange + "\n"}
    with pytest.raises(InvalidRequest):
        parse(headers=headers)
