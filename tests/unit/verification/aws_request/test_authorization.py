"""The Authorization header."""

import pytest

from federation.oauth.errors import InvalidRequest
from federation.verification.aws_request.parse import read_authorization

SIGNATURE = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
TEXT = (
    "AWS4-HMAC-SHA256 Credential=ASIAIOSFODNN7EXAMPLE/20270115/eu-central-1/sts/aws4_request, "
    f"SignedHeaders=content-type;host;x-amz-date, Signature={SIGNATURE}"
)


def test_the_header_is_its_fields() -> None:
    authorization = read_authorization(TEXT)
    assert authorization.access_key_id == "ASIAIOSFODNN7EXAMPLE"
    assert (authorization.date, authorization.region) == ("20270115", "eu-central-1")
    assert authorization.signed_headers == ("content-type", "host", "x-amz-date")
    assert authorization.signature == SIGNATURE


@pytest.mark.parametrize("text", [TEXT, TEXT.replace(", S", ",S")])
def test_the_fields_are_the_header_again_in_one_spelling(text: str) -> None:
    assert read_authorization(text).text == TEXT


def test_it_is_never_long() -> None:
    names = ";".join(f"x-{number:04}" for number in range(200))
    with pytest.raises(InvalidRequest):
        read_authorization(TEXT.replace("content-type;host;x-amz-date", names))
