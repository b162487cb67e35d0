"""The form reader takes what RFC 6749 allows and refuses what two readers could read differently."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.oauth.errors import OAuthError
from federation.oauth.form import MAX_BODY, parse_form
from federation.oauth.identifiers import FORM
from federation.oauth.reasons import Reason


def refusal(body: bytes, content_type: str = FORM) -> OAuthError:
    with pytest.raises(OAuthError) as caught:
        parse_form(body, content_type)
    return caught.value


def test_parameters_are_percent_decoded_and_plus_is_a_space() -> None:
    assert parse_form(b"scope=a+b%3Ac&x=%C3%A9", FORM) == {"scope": ("a b:c",), "x": ("é",)}


def test_audience_and_resource_may_be_repeated_and_keep_their_order() -> None:
    form = parse_form(b"audience=b&resource=r&audience=a", FORM)
    assert form == {"audience": ("b", "a"), "resource": ("r",)}


def test_an_empty_value_counts_as_absent() -> None:
    assert parse_form(b"scope=&audience=&x", FORM) == {}


@pytest.mark.parametrize("body", [b"scope=a&scope=a", b"x=1&x=2", b"scope=&scope=a", b"sc%6fpe=a&scope=b"])
def test_any_other_parameter_may_appear_once_only(body: bytes) -> None:
    assert refusal(body).reason is Reason.DUPLICATE_PARAMETER


@pytest.mark.parametrize("body", [b"a=%", b"a=%4", b"a=%zz", b"a=%ff", b"a=%00", b"a=%0d%0a%00", b"\xff=1", b"a=\x07"])
def test_undecodable_bytes_and_control_characters_are_refused(body: bytes) -> None:
    assert refusal(body).reason is Reason.MALFORMED_BODY


@pytest.mark.parametrize(
    "content_type",
    ["", "application/json", "multipart/form-data", f"{FORM}, text/plain", f"{FORM}; charset=utf-16", f"x{FORM}"],
)
def test_only_form_encoded_utf8_is_read(content_type: str) -> None:
    assert refusal(b"a=1", content_type).reason is Reason.UNSUPPORTED_CONTENT_TYPE


@pytest.mark.parametrize("content_type", [FORM, FORM.upper(), f"{FORM};charset=UTF-8", f'{FORM} ; charset="utf-8"'])
def test_the_media_type_is_compared_as_rfc_9110_says(content_type: str) -> None:
    assert parse_form(b"a=1", content_type) == {"a": ("1",)}


def test_a_body_over_64_kib_is_refused_with_413() -> None:
    error = refusal(b"a=" + b"x" * MAX_BODY)
    assert (error.reason, error.http_status) == (Reason.BODY_TOO_LARGE, 413)


def test_more_than_64_parameters_are_refused() -> None:
    assert refusal(b"&".join(b"p%d=1" % number for number in range(65))).reason is Reason.TOO_MANY_PARAMETERS


@given(st.binary(max_size=300))
def test_any_bytes_yield_a_form_or_a_typed_refusal(body: bytes) -> None:
    try:
        form = parse_form(body, FORM)
    except OAuthError:
        return
    assert all(value for values in form.values() for value in values)
