import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.aws.errors import AwsRefused, AwsUnreachable
from federation.aws.lean.answer import HttpAnswer
from federation.aws.lean.codec import decode, encode

BINARY = st.recursive(
    st.one_of(
        st.builds(lambda value: {"B": value}, st.binary(max_size=40)),
        st.builds(lambda values: {"BS": values}, st.lists(st.binary(max_size=8), min_size=1, max_size=3)),
        st.builds(lambda value: {"S": value}, st.text(st.characters(codec="utf-8"))),
    ),
    lambda inner: st.builds(lambda value: {"M": value}, st.dictionaries(st.sampled_from("BSx"), inner, max_size=3)),
    max_leaves=6,
)


def answered(body: bytes, status: int = 200, **headers: str) -> HttpAnswer:
    return HttpAnswer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


@given(st.dictionaries(st.sampled_from(["B", "BS", "pk", "x"]), BINARY))
def test_binary_attributes_come_back_as_they_went_whatever_an_item_calls_them(item: dict[str, object]) -> None:
    assert decode(answered(encode({"Item": item, "Count": 1}))) == {"Item": item, "Count": 1}


def test_a_signature_is_bytes() -> None:
    assert decode(answered(b'{"Signature": "c2ln", "KeyId": "c2ln"}'), {"Signature"}) == {
        "Signature": b"sig",
        "KeyId": "c2ln",
    }


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_an_empty_answer_is_an_empty_object(body: bytes) -> None:
    assert decode(answered(body)) == {}


@pytest.mark.parametrize(
    "body", [b"[]", b"{", b'"text"', b'{"Item": {"a": {"B": "!"}}}', b'{"Signature": "!"}', b"[" * 100_000, b"\xff{}"]
)
def test_what_cannot_be_read_may_have_been_done_all_the_same(body: bytes) -> None:
    with pytest.raises(AwsUnreachable):
        decode(answered(body), {"Signature"})


def test_a_wrong_checksum_is_no_answer() -> None:
    assert decode(answered(b"{}", x_amz_crc32=str(zlib.crc32(b"{}")))) == {}
    with pytest.raises(AwsUnreachable, match="checksum"):
        decode(answered(b"{}", x_amz_crc32="1"))


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (
            answered(b'{"__type": "com.amazonaws.v20120810#NotFoundException"}', 400),
            "NotFoundException",
        ),
        (answered(b'{"__type": "NotFoundException"}', 400), "NotFoundException"),
        (
            answered(b"{}", 400, x_amzn_errortype="ThrottlingException:http://internal.amazon.com/x/"),
            "ThrottlingException",
        ),
        (answered(b'{"code": "Slow"}', 400), "Slow"),
        (answered(b"<html>", 502), ""),
        (answered(b"[]", 500), ""),
    ],
)
def test_an_error_is_known_by_its_code(answer: HttpAnswer, code: str) -> None:
    with pytest.raises(AwsRefused) as refusal:
        decode(answer)
    assert (refusal.value.code, refusal.value.status) == (code, answer.status)


def test_an_error_has_its_members() -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": {"a": {"B": "eA=="}}}]
    body = json.dumps({"__type": "TransactionCanceledException", "CancellationReasons": reasons}).encode()
    with pytest.raises(AwsRefused) as refusal:
        decode(answered(body, 400))
    assert refusal.value.answer["CancellationReasons"][1]["Item"] == {"a": {"B": b"x"}}
    assert "CancellationReasons" not in str(refusal.value)


def test_the_name_by_which_aws_knows_the_request_is_handed_out() -> None:
    answer = decode(HttpAnswer(200, {"x-amzn-requestid": "r-1"}, b'{"a": 1}'))
    assert answer == {"a": 1, "ResponseMetadata": {"RequestId": "r-1"}}
