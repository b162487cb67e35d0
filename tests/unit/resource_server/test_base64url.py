from base64 import urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.resource_server.base64url import decode, encode


@given(st.binary(min_size=1, max_size=40))
def test_what_is_written_is_read(data: bytes) -> None:
    assert decode(encode(data)) == data


@given(st.text("AQgwEIMUz-_+/=\n .é", min_size=1, max_size=12))
def test_bytes_have_one_spelling(text: str) -> None:
    try:
        data = decode(text)
    except ValueError:
        return
    assert encode(data) == text
    assert urlsafe_b64decode(text + "=" * (-len(text) % 4)) == data


@pytest.mark.parametrize("text", ["", "A", "AB", "AA==", "AA=", "A+", "A/", "AAA A", "\u00e9A", "AAAAA"])
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  (binascii's own words)
        decode(text)
